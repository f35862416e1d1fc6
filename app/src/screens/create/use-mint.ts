/** Reads a token's mint from the chain. */
import { explainProblem, useMilepost } from "@milepost/react";
import { parseMint } from "@milepost/sdk";
import { type Connection, PublicKey } from "@solana/web3.js";
import { useEffect, useMemo, useState } from "react";
import { useConfig } from "../../config/config-context";
import { extensionSymbol, metaplexAddress, metaplexSymbol } from "./token-symbol";

/** A token as the form shows it. */
export interface ShownToken {
  address: string;
  decimals: number;
  symbol: string;
  /** True where the page's host knows the token; otherwise its issuer chose the symbol. */
  isKnown: boolean;
  tokenProgram: PublicKey;
}

/** State of the token that the draft names. */
export type MintResult =
  | { status: "none" | "loading"; token: null; error: null }
  | { status: "failed"; token: null; error: string }
  | { status: "ready"; token: ShownToken; error: null };

const NONE: MintResult = { status: "none", token: null, error: null };
const LOADING: MintResult = { status: "loading", token: null, error: null };

/** Returns the token at an address, or what is wrong with it. */
export function useMint(text: string): MintResult {
  const { connection, symbols } = useMilepost();
  const config = useConfig();
  const address = useMemo(() => toAddress(text), [text]);
  const [read, setRead] = useState<{ address: PublicKey; result: MintResult } | null>(null);
  useEffect(() => {
    if (!address) return;
    let isCurrent = true;
    readToken(connection, address, symbols)
      .catch((error: unknown): MintResult => {
        const { text: what, nextStep } = explainProblem(error);
        return { status: "failed", token: null, error: `${what} ${nextStep}` };
      })
      .then((result) => isCurrent && setRead({ address, result }))
      .catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [connection, address, symbols, config]);
  if (!address) return NONE;
  return read?.address.equals(address) ? read.result : LOADING;
}

function toAddress(text: string): PublicKey | null {
  try {
    return new PublicKey(text.trim());
  } catch {
    return null;
  }
}

async function readToken(
  connection: Connection,
  address: PublicKey,
  symbols: Readonly<Record<string, string>>,
): Promise<MintResult> {
  const known = symbols[address.toBase58()];
  const wanted = known === undefined ? [address, metaplexAddress(address)] : [address];
  const [info, metadata] = await connection.getMultipleAccountsInfo(wanted);
  if (!info) {
    return {
      status: "failed",
      token: null,
      error: "No token exists at this address. Check the address and the network.",
    };
  }
  const mint = parseMint(address, info);
  if (mint.unsupportedExtensions.length > 0) {
    const names = mint.unsupportedExtensions.join(", ");
    return {
      status: "failed",
      token: null,
      error: `This token could tax, freeze or reroute payments (${names}). Choose another token.`,
    };
  }
  const own = extensionSymbol(info.data) ?? (metadata ? metaplexSymbol(metadata.data) : null);
  const token: ShownToken = {
    address: address.toBase58(),
    decimals: mint.decimals,
    symbol: known ?? own ?? "tokens",
    isKnown: known !== undefined,
    tokenProgram: mint.tokenProgram,
  };
  return { status: "ready", token, error: null };
}
