"use client";

import { PublicKey } from "@solana/web3.js";
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { ProblemError, toProblem } from "../problems/problem";
import type { ChainValue } from "./live-value";

/** Address as a page has it: from the URL as text, from the SDK as a `PublicKey`. Null for none yet. */
export type AddressInput = PublicKey | string | null | undefined;

/** Value of the chain as a hook returns it. */
export interface ChainResult<T> extends ChainValue<T> {
  /** Reads again now. */
  refresh(): void;
}

/** Part of a store that a hook needs. */
export interface Store<T> {
  getState(): ChainValue<T>;
  subscribe(listener: () => void): () => void;
  refresh(): void;
}

const LOADING: ChainValue<never> = {
  status: "loading",
  data: null,
  problem: null,
  isStale: false,
};
const serverState = () => LOADING;
const nothing = () => () => undefined;

/** Reads a store. Without one, the value is loading; for a malformed address it has failed. */
export function useChainValue<T>(store: Store<T> | null, problem?: ProblemError): ChainResult<T> {
  const failed = useMemo<ChainValue<T> | null>(
    () =>
      problem ? { status: "failed", data: null, problem: problem.problem, isStale: false } : null,
    [problem],
  );
  const state = useSyncExternalStore<ChainValue<T>>(
    store?.subscribe ?? nothing,
    store?.getState ?? (() => failed ?? LOADING),
    serverState,
  );
  const refresh = useCallback(() => store?.refresh(), [store]);
  return useMemo(() => ({ ...state, refresh }), [state, refresh]);
}

/** Returns the address; null for none, and an error for text that is not an address. */
export function parseAddress(input: AddressInput): PublicKey | ProblemError | null {
  if (!input) return null;
  if (typeof input !== "string") return input;
  try {
    return new PublicKey(input);
  } catch {
    return new ProblemError(
      toProblem("address.malformed", [
        "This is not an address",
        "The text is not the address of an account on Solana.",
        "Check the link, or copy the address again.",
      ]),
    );
  }
}
