/** The steps of one sending, as a pure reducer. What an abandoned sending still reports changes nothing. */
import type { DecodedTransaction } from "../decode/decoded-transaction";
import type { Problem } from "../problems/problem";
import type { BalanceChange } from "./balance-changes";

/** Transaction as a person reviews it before the wallet is asked. */
export interface SendReview {
  /** Instructions in words, decoded from the very bytes that the wallet is asked to sign. */
  decoded: DecodedTransaction;
  /** Changes that the simulation found: tokens, allowances and SOL of every party. */
  changes: BalanceChange[];
  /** Network fee in lamports. */
  fee: bigint;
  /** Local time in milliseconds at which it expires; then it is built again before the wallet is asked. */
  expiresAt: number;
}

/** State of `useSend`. `step` says what happens now. */
export interface SendState {
  /** Number of the sending; each `start` has another one. */
  readonly run: number;
  /** Step: `review` waits for `confirm()`, `signing` for the wallet, `sending` for the network. */
  readonly step: "idle" | "building" | "review" | "signing" | "sending" | "confirmed" | "failed";
  /** Title of the request; empty before the first. */
  readonly title: string;
  /** Transaction to review; null before it is built. */
  readonly review: SendReview | null;
  /** Notice while the sending goes on: a silent wallet, or a transaction that was built again. */
  readonly notice: Problem | null;
  /** Signature of the transaction in base58, once it is signed. */
  readonly signature: string | null;
  /** Reason of the failure in step `failed`; otherwise null. */
  readonly problem: Problem | null;
}

/** Event of one sending. */
export type SendEvent = { run: number } & (
  | { type: "started"; title: string }
  | { type: "rebuilding"; notice: Problem }
  | { type: "reviewed"; review: SendReview; notice?: Problem }
  | { type: "asked" }
  | { type: "silent"; notice: Problem }
  | { type: "signed"; signature: string }
  | { type: "landed"; signature: string }
  | { type: "failed"; problem: Problem }
  | { type: "looking" }
  | { type: "ended" }
);

/** State before the first sending. */
export const IDLE: SendState = {
  run: 0,
  step: "idle",
  title: "",
  review: null,
  notice: null,
  signature: null,
  problem: null,
};

/** Returns true while a sending goes on: another one cannot start. */
export function isBusy({ step }: SendState): boolean {
  return step !== "idle" && step !== "confirmed" && step !== "failed";
}

/** Returns true while nothing has been given to the network, so that `cancel()` undoes everything. */
export function isCancellable({ step }: SendState): boolean {
  return step === "building" || step === "review" || step === "signing";
}

/** Returns the state after an event. An event of another run, or of a step that is over, changes nothing. */
export function sendReducer(state: SendState, event: SendEvent): SendState {
  if (event.type === "started") {
    if (isBusy(state) || event.run <= state.run) return state;
    return { ...IDLE, run: event.run, step: "building", title: event.title };
  }
  if (event.run !== state.run) return state;
  switch (event.type) {
    case "rebuilding":
      if (!isBusy(state)) return state;
      // The signature of an expired transaction is not the next one's.
      return { ...state, step: "building", notice: event.notice, signature: null };
    case "reviewed":
      if (state.step !== "building") return state;
      return { ...state, step: "review", review: event.review, notice: event.notice ?? null };
    case "asked":
      return state.step === "review" ? { ...state, step: "signing", notice: null } : state;
    case "silent":
      return state.step === "signing" ? { ...state, notice: event.notice } : state;
    case "signed":
      if (!isBusy(state)) return state;
      return { ...state, step: "sending", notice: null, signature: event.signature };
    case "landed":
      if (!isBusy(state)) return state;
      // A gateway that does not tell the signature confirms the one that the page signed.
      return {
        ...state,
        step: "confirmed",
        notice: null,
        signature: event.signature || state.signature,
      };
    case "failed":
      if (!isBusy(state)) return state;
      return { ...state, step: "failed", notice: null, problem: event.problem };
    case "looking":
      if (state.step !== "failed" || state.signature === null) return state;
      return { ...state, step: "sending", problem: null };
    case "ended":
      return isBusy(state) && !isCancellable(state) ? state : { ...IDLE, run: state.run };
  }
}
