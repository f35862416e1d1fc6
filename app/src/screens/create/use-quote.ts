/** Reads the quote of a creation for the connected wallet. */
import { explainProblem, type Problem, useMilepost } from "@milepost/react";
import { createContext } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { useCallback, useEffect, useState } from "react";
import type { CreateValues } from "./create-values";
import { type Quote, readQuote } from "./quote";

interface QuoteState {
  status: "loading" | "ready" | "failed";
  data: Quote | null;
  problem: Problem | null;
}

const LOADING: QuoteState = { status: "loading", data: null, problem: null };

/** Returns the quote, or why there is none. */
export function useQuote(
  values: CreateValues,
  tokenProgram: PublicKey,
  owner: PublicKey | null,
): QuoteState & { refresh(): void } {
  const { connection } = useMilepost();
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<QuoteState>(LOADING);
  useEffect(() => {
    if (!owner) return;
    let isCurrent = true;
    readQuote(createContext(connection, { publicKey: owner }), values, tokenProgram)
      .then((data): QuoteState => ({ status: "ready", data, problem: null }))
      .catch((error: unknown): QuoteState => {
        return { status: "failed", data: null, problem: explainProblem(error) };
      })
      .then((next) => isCurrent && setState(next))
      .catch(() => undefined);
    return () => {
      isCurrent = false;
    };
  }, [connection, values, tokenProgram, owner, attempt]);
  const refresh = useCallback(() => {
    setState(LOADING);
    setAttempt((count) => count + 1);
  }, []);
  return { ...state, refresh };
}
