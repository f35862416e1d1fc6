/** Asks the chain whether an address is a wallet, while it is typed. */
import { explainProblem, useMilepost } from "@milepost/react";
import { createContext, requireWallets, type WalletRole } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { useEffect, useState } from "react";
import type { MilestoneWarning } from "@milepost/sdk";
import { type DraftWarning, explainWarning } from "./warnings";

/** Result of the check of one address. */
export interface WalletCheck {
  status: "none" | "checking" | "checked" | "unknown";
  error: string | null;
  warning: DraftWarning | null;
}

/** Milliseconds without a key press before the chain is asked. */
const PAUSE_MS = 300;

/** Checks an address: a token account, a mint or a program is refused before anything is signed. */
export function useWalletCheck(
  text: string,
  field: "recipient" | "mediator",
  must: WalletRole["must"],
): WalletCheck {
  const { connection } = useMilepost();
  const [checked, setChecked] = useState<{ text: string; check: WalletCheck } | null>(null);
  const address = text.trim();
  const isAddress = toKey(address) !== null;
  useEffect(() => {
    const key = toKey(address);
    if (!key) return;
    let isCurrent = true;
    const context = createContext(connection, { publicKey: PublicKey.default });
    const timer = setTimeout(() => {
      requireWallets(context, [{ field, address: key, must }])
        .then(([warning]) => accepted(warning && { ...warning, balance: 0n, committed: 0n }))
        .catch(refused)
        .then((check) => isCurrent && setChecked({ text: address, check }))
        .catch(() => undefined);
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [connection, address, field, must]);
  if (!isAddress) return { status: "none", error: null, warning: null };
  if (checked?.text === address) return checked.check;
  return { status: "checking", error: null, warning: null };
}

function toKey(text: string): PublicKey | null {
  try {
    return new PublicKey(text);
  } catch {
    return null;
  }
}

function accepted(warning: MilestoneWarning | undefined): WalletCheck {
  const token = { decimals: 0, symbol: "" };
  return {
    status: "checked",
    error: null,
    warning: warning ? explainWarning(warning, token) : null,
  };
}

/** A node that does not answer says nothing about the address: the creation asks again. */
function refused(error: unknown): WalletCheck {
  const problem = explainProblem(error);
  if (problem.code.startsWith("rpc.")) return { status: "unknown", error: null, warning: null };
  return { status: "checked", error: `${problem.text} ${problem.nextStep}`, warning: null };
}
