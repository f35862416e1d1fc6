/** Closes an attempt: first in the journal, then for its members. */
import { classify } from "../send/classify";
import type { Delivery } from "../send/deliver";
import { finishAttempt, type Journaled } from "../store/attempts";
import type { PassContext } from "./batch";
import type { Item } from "./decide";
import { recordLanded } from "./record-landed";
import type { WorkerOptions } from "./worker-options";

type Options = Pick<WorkerOptions, "context" | "rpcs" | "database" | "events" | "crash">;

/**
 * Records how an attempt ended, with its outcomes when it landed. An open attempt may still land, so it stays in the
 * journal as it is. Rejects when the database fails, or when no RPC knows the time of the block.
 */
export async function closeAttempt(
  options: Options,
  attempt: Journaled,
  delivery: Delivery,
): Promise<void> {
  const { database, crash } = options;
  if (delivery.state === "open") return;
  await crash?.("after-confirm");
  if (delivery.state === "landed") {
    await recordLanded(options, attempt, delivery.slot);
  } else {
    const error = delivery.state === "failed" ? classify(delivery.error).reason : undefined;
    await finishAttempt(database, attempt.signature, { state: delivery.state, error });
  }
  await crash?.("after-record");
}

/** Ends the leases on the members of a landed attempt, and postpones those of one that expired or stayed open. */
export async function endMembers(
  pass: Pick<PassContext, "ended" | "postponed" | "signal">,
  items: readonly Item[],
  delivery: Exclude<Delivery, { state: "failed" }>,
): Promise<void> {
  if (delivery.state === "landed") return pass.ended(items);
  // The worker that takes over a stopped worker's leases finds the bytes in the journal.
  if (delivery.state === "open" && pass.signal.aborted) return;
  const reason = delivery.state === "expired" ? "SendBlockhashExpired" : delivery.reason;
  for (const item of items) pass.postponed(item, { kind: "retryable", reason }, null);
}
