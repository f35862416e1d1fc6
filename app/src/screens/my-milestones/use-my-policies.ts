/** Loads the policies of the connected wallet, and again on request. */
import { explainProblem, type Problem, useMilepost } from "@milepost/react";
import { createContext } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { useCallback, useEffect, useState } from "react";
import { loadMyPolicies } from "./load-my-policies";
import { byDeadline, type PolicyRow, rowOf } from "./rows";

/** List of a wallet, sorted by the next deadline. */
export interface MyRows {
  rows: PolicyRow[];
  decimals: ReadonlyMap<string, number>;
  /** Unix seconds by the chain's clock at the time of the read. */
  now: number;
}

interface ListState {
  /** Wallet that `data` and `problem` belong to. */
  wallet: string | null;
  data: MyRows | null;
  problem: Problem | null;
  isLoading: boolean;
}

/** Rows that are computed before the browser may draw a frame. */
const SLICE = 50;
/** Milliseconds after which a look at the tab reads again. */
const OLD_AFTER_MS = 60_000;

/** Returns the rows of a wallet. An old list stays while a new one is read. */
export function useMyPolicies(wallet: PublicKey | null) {
  const { connection, symbols } = useMilepost();
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<ListState>(EMPTY);
  const address = wallet?.toBase58() ?? null;
  useEffect(() => {
    if (!wallet || address === null) return;
    let isCurrent = true;
    const context = createContext(connection, { publicKey: wallet });
    const load = async (): Promise<MyRows> => {
      const { policies, decimals, now } = await loadMyPolicies(context, wallet, nextFrame);
      const rows: PolicyRow[] = [];
      for (const policy of policies) {
        rows.push(rowOf(policy, now, (mint) => symbols[mint] ?? ""));
        if (rows.length % SLICE === 0) await nextFrame();
      }
      return { rows: rows.sort(byDeadline), decimals, now };
    };
    const begin = () => setState((before) => ({ ...of(before, address), isLoading: true }));
    const finish = (result: Partial<ListState>) => {
      if (isCurrent)
        setState((before) => ({ ...of(before, address), ...result, isLoading: false }));
    };
    queueMicrotask(() => isCurrent && begin());
    load()
      .then((data) => finish({ data, problem: null }))
      .catch((error: unknown) => finish({ problem: explainProblem(error) }));
    return () => {
      isCurrent = false;
    };
  }, [connection, symbols, wallet, address, attempt]);
  const refresh = useCallback(() => setAttempt((count) => count + 1), []);
  useRefreshOnReturn(refresh);
  const { data, problem, isLoading } = of(state, address);
  return { data, problem, isLoading, refresh };
}

const EMPTY: ListState = { wallet: null, data: null, problem: null, isLoading: true };

/** Returns the state of a wallet; another wallet's is never shown. */
function of(state: ListState, wallet: string | null): ListState {
  return state.wallet === wallet ? state : { ...EMPTY, wallet };
}

function nextFrame(): Promise<void> {
  return new Promise((done) => setTimeout(done, 0));
}

/** Reads again when the tab is looked at after a while: an open tab asks the node for nothing. */
function useRefreshOnReturn(refresh: () => void): void {
  useEffect(() => {
    let leftAt = performance.now();
    const onChange = () => {
      if (document.visibilityState === "hidden") leftAt = performance.now();
      else if (performance.now() - leftAt > OLD_AFTER_MS) refresh();
    };
    document.addEventListener("visibilitychange", onChange);
    return () => document.removeEventListener("visibilitychange", onChange);
  }, [refresh]);
}
