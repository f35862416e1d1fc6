"use client";

/** The chain that a tree of components reads. */
import type { Connection } from "@solana/web3.js";
import { createContext, type ReactNode, useContext, useMemo } from "react";

/** Name of a chain as the Wallet Standard spells it. */
export type ChainName = "solana:mainnet" | "solana:devnet" | "solana:testnet" | "solana:localnet";

/** The chain that components below a `MilepostProvider` read and write. */
export interface MilepostChain {
  /** Connection to the RPC node, with its websocket. */
  readonly connection: Connection;
  /** Name of the chain, which wallets are asked to sign for. */
  readonly chain: ChainName;
  /** Hash of the genesis block that the RPC must have, in base58; null where it is not checked. */
  readonly genesisHash: string | null;
  /** URL of an explorer with `{kind}` (`tx` or `address`) and `{id}`; null for none. */
  readonly explorerUrl: string | null;
  /** Symbols of tokens by their mint, for amounts. */
  readonly symbols: Readonly<Record<string, string>>;
}

/** Properties of `MilepostProvider`. */
export interface MilepostProviderProps {
  /** Connection to the RPC node. Changing it makes every hook below read again. */
  connection: Connection;
  /** Name of the chain. Default: `solana:localnet`. */
  chain?: ChainName;
  /** Hash of the genesis block in base58. Default: the known one of mainnet, devnet or testnet; not checked on a localnet. */
  genesisHash?: string;
  /** URL of an explorer, such as `https://explorer.solana.com/{kind}/{id}`. Default: none. */
  explorerUrl?: string | null;
  /** Symbols of tokens by their mint, such as `{ EPjF...: "USDC" }`. Default: none. Keep the object between renders. */
  symbols?: Readonly<Record<string, string>>;
  /** Components that use the hooks. */
  children?: ReactNode;
}

/** Genesis hashes of the public networks. */
const GENESIS: Readonly<Partial<Record<ChainName, string>>> = {
  "solana:mainnet": "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d",
  "solana:devnet": "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG",
  "solana:testnet": "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY",
};

const NO_SYMBOLS: Readonly<Record<string, string>> = {};

const ChainContext = /* @__PURE__ */ createContext<MilepostChain | null>(null);

/**
 * Gives the chain to every hook and component below it.
 * @example
 * import { Connection } from "@solana/web3.js";
 * import { MilepostProvider } from "@milepost/react";
 *
 * const connection = new Connection("http://127.0.0.1:8899", "confirmed");
 * export const App = () => <MilepostProvider connection={connection}>...</MilepostProvider>;
 */
export function MilepostProvider({
  connection,
  chain = "solana:localnet",
  genesisHash = GENESIS[chain],
  explorerUrl = null,
  symbols = NO_SYMBOLS,
  children,
}: MilepostProviderProps) {
  const value = useMemo(
    () => ({ connection, chain, genesisHash: genesisHash ?? null, explorerUrl, symbols }),
    [connection, chain, genesisHash, explorerUrl, symbols],
  );
  return <ChainContext.Provider value={value}>{children}</ChainContext.Provider>;
}

/**
 * Returns the chain of the nearest `MilepostProvider`. Throws an `Error` where there is none.
 * @example
 * import { useMilepost } from "@milepost/react";
 *
 * const { connection } = useMilepost();
 */
export function useMilepost(): MilepostChain {
  const chain = useContext(ChainContext);
  if (!chain)
    throw new Error("expected a <MilepostProvider> above, found none. Wrap the tree in one.");
  return chain;
}

/** Returns the chain of the nearest `MilepostProvider`; null where there is none. */
export function useOptionalChain(): MilepostChain | null {
  return useContext(ChainContext);
}
