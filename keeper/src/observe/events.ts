/** Reports events to the log and the metrics. */
import type { Member } from "../store/attempts";
import type { Outcome } from "../store/outcomes";
import type { Underfunded } from "../store/alerts";
import type { Verdict } from "../send/verdicts";
import type { Logger } from "./log";

/** Reward that a gateway pays and that this execution does not claim. */
export interface Unclaimed {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the milestone, from 0. */
  milestoneIndex: number;
  /** Mint of the reward, base58. */
  mint: string;
  /** Wallet whose associated token account would have received the reward, base58. */
  owner: string;
  /** Reason: `NoTokenAccount` when no account can receive it, otherwise the error that refused the account. */
  reason: string;
  /** Amount of the reward, in base units of the mint. */
  amount: bigint;
}

/** Events that the keeper reports to metrics, log and `KeeperOptions.events`. A listener that throws stops nothing. */
export interface KeeperEvents {
  /** A milestone was paid and its outcome is in the store. Reported at most once per milestone. */
  executed(outcome: Outcome): void;
  /** An action was not carried out; the verdict says what the keeper does next. */
  failed(member: Member, verdict: Verdict): void;
  /** A payment is about to be made without the reward that its gateway pays; reported again at each attempt. */
  unclaimed(reward: Unclaimed): void;
  /**
   * A payment is due within the alert window and not covered: once per milestone over all keepers of a database, and
   * once more when it was repaired and broke again.
   */
  underfunded(alert: Underfunded): void;
  /** A request to `host` has ended after `milliseconds`; `ok` is false for an HTTP error status or no answer. */
  rpc(method: string, milliseconds: number, ok: boolean, host?: string): void;
  /** A batch of `members` policies failed as a whole, for the reason given, and continues in two halves. */
  split(reason: string, members: number): void;
}

/** Calls each listener; one that throws does not stop the others. */
export function allEvents(...listeners: readonly Partial<KeeperEvents>[]): KeeperEvents {
  const tell = <K extends keyof KeeperEvents>(name: K, args: Parameters<KeeperEvents[K]>): void => {
    for (const listener of listeners) {
      try {
        (listener[name] as ((...args: Parameters<KeeperEvents[K]>) => void) | undefined)?.(...args);
      } catch {
        // A listener's own error must not stop a payment.
      }
    }
  };
  return {
    executed: (...args) => tell("executed", args),
    failed: (...args) => tell("failed", args),
    unclaimed: (...args) => tell("unclaimed", args),
    underfunded: (...args) => tell("underfunded", args),
    rpc: (...args) => tell("rpc", args),
    split: (...args) => tell("split", args),
  };
}

/** Limit of mints with a line: an attacker with many gateways and mints must not fill the log. */
const MAX_HINTS = 100;

/** Logs each event except the RPC's, which are too many. An unclaimed reward is logged once per mint. */
export function logEvents(log: Logger): Partial<KeeperEvents> {
  const hinted = new Set<string>();
  return {
    executed: (outcome) =>
      log.info({ ...outcome, lateSeconds: lateness(outcome) }, "milestone paid"),
    failed(member, verdict) {
      const level = verdict.kind === "unknown" || verdict.kind === "retryable" ? "warn" : "info";
      log[level]({ ...member, verdict: verdict.kind, reason: verdict.reason }, "not executed");
    },
    unclaimed(reward) {
      const key = `${reward.mint} ${reward.reason}`;
      if (hinted.has(key) || hinted.size >= MAX_HINTS) return;
      hinted.add(key);
      log.warn({ event: "unclaimed", ...reward }, HINTS[reward.reason] ?? "reward not claimed");
    },
    split: (reason, members) =>
      log.info({ event: "split", reason, members }, "batch is tried again in two halves"),
    underfunded: (alert) =>
      log.warn({ event: "underfunded", ...alert }, "due within 72 hours and not covered"),
  };
}

/** Returns the lateness by the chain's clock, where a block may be a little early. Null when nothing was due. */
function lateness({ dueAt, executedAt }: Outcome): number | null {
  return dueAt === null ? null : Math.max(0, Number(executedAt - dueAt));
}

const HINTS: Readonly<Record<string, string>> = {
  NoTokenAccount:
    "a gateway pays a reward in this mint, and the reward's owner has no token account that can receive it: create one to be paid",
};
