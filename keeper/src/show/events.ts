/** What happens, into the log and the metrics. */
import type { KeeperEvents, Outcome } from "../types";
import type { Logger } from "./log";

/** Tells each of them; one that throws does not keep the others from hearing. */
export function allEvents(...listeners: readonly Partial<KeeperEvents>[]): KeeperEvents {
  const tell = <K extends keyof KeeperEvents>(name: K, args: Parameters<KeeperEvents[K]>): void => {
    for (const listener of listeners) {
      try {
        (listener[name] as ((...args: Parameters<KeeperEvents[K]>) => void) | undefined)?.(...args);
      } catch {
        // A listener's own trouble must not stop a payment.
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

/** Whoever makes gateways of ever more mints must not make ever more lines. */
const MAX_HINTS = 100;

/** A line for each event but the RPC's, of which there are too many. What nobody claims is told once for each mint. */
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

/** By the chain's clock; a block may be a little before its time. Null where nothing was due. */
function lateness({ dueAt, executedAt }: Outcome): number | null {
  return dueAt === null ? null : Math.max(0, Number(executedAt - dueAt));
}

const HINTS: Readonly<Record<string, string>> = {
  NoTokenAccount:
    "a gateway pays a reward in this mint, and its owner has no token account that can receive it: create one to be paid",
};
