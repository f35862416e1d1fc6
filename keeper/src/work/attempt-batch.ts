/** Makes one attempt at a batch: simulates, signs, journals, delivers, and records how it ended. */
import { deliver } from "../send/deliver";
import { type Failure, HEADROOM } from "./after-failure";
import type { Batch, PassContext, Ready } from "./batch";
import { endMembers } from "./close-attempt";
import { prepare } from "./prepare";
import { deliverOptions } from "./worker-options";

/** End of an attempt at a batch. */
export type BatchResult =
  /** Nothing was signed, because the worker stops: the leases are given back. */
  | { kind: "stopped" }
  /** Nothing was sent, because some members may not be signed for. `items` still may. */
  | { kind: "reduced"; items: readonly Ready[] }
  /** The transaction landed, expired or is still open, and its members have left the pass. */
  | { kind: "closed" }
  /** No member was paid: see `afterFailure`. */
  | { kind: "failed"; failure: Failure };

/** Attempts to pay a batch with one transaction. Rejects when the database fails. */
export async function attemptBatch(pass: PassContext, batch: Batch): Promise<BatchResult> {
  const { options } = pass;
  const { items } = batch;
  if (pass.isStopping()) return { kind: "stopped" };
  const prepared = await prepare(pass, batch, HEADROOM[batch.exceeded]!);
  if (prepared.kind !== "signed") return prepared;
  if (pass.isStopping()) return { kind: "stopped" };
  await options.crash?.("after-sign");
  const attempt = await pass.journal(items, prepared.signed);
  if (!attempt) return { kind: "reduced", items: await pass.stillHeld(items) };
  await options.crash?.("after-journal");
  const delivery = await deliver(attempt, {
    ...deliverOptions(options, pass.signal),
    onSent: () => options.crash?.("after-send"),
  });
  await pass.close(attempt, delivery);
  if (delivery.state === "failed") {
    const { error } = delivery;
    return { kind: "failed", failure: { kind: "on chain", err: error, error } };
  }
  await endMembers(pass, items, delivery);
  return { kind: "closed" };
}
