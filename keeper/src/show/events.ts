/** What happens, into the log and the metrics. */
import type { KeeperEvents } from "../types";
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
    underfunded: (...args) => tell("underfunded", args),
    rpc: (...args) => tell("rpc", args),
  };
}

/** A line for each event but the RPC's, of which there are too many. */
export function logEvents(log: Logger): Partial<KeeperEvents> {
  return {
    executed: (outcome) => log.info({ ...outcome }, "milestone paid"),
    failed(member, verdict) {
      const level = verdict.kind === "unknown" || verdict.kind === "retryable" ? "warn" : "info";
      log[level]({ ...member, verdict: verdict.kind, reason: verdict.reason }, "not executed");
    },
    underfunded: (alert) =>
      log.warn({ event: "underfunded", ...alert }, "due within 72 hours and not covered"),
  };
}
