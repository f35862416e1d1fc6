/** Works through batches until each payment is made or postponed. */
import { classify } from "../send/classify";
import { isAnswering, isRpcFailure, RpcFailure } from "../send/rpc-error";
import { type AfterFailure, afterFailure, type Failure } from "./after-failure";
import { attemptBatch, type BatchResult } from "./attempt-batch";
import type { Batch, PassContext, Ready } from "./batch";
import { packBatches } from "./pack-batches";
import { inParallel } from "./parallel";
import { groupOf, simulateBatch } from "./prepare";
import { waivedReward, withoutReward } from "./reward-claim";
import { withinBudget } from "./within-budget";

/** Simulations of single members at once, for one batch. */
const PROBED_AT_ONCE = 4;

/** Pays the items with as few transactions as it takes. Rejects with `RpcFailure` when no RPC answers. */
export async function attemptAll(pass: PassContext, ready: readonly Ready[]): Promise<void> {
  if (ready.length === 0) return;
  const { options } = pass;
  const { batches, tooLarge } = await packBatches(options, await withinBudget(pass, ready));
  for (const item of tooLarge) {
    pass.postponed(item, { kind: "unknown", reason: "SendTooLarge" }, item.snapshot);
  }
  await inParallel(batches, options.concurrency ?? 8, (batch) => workThrough(pass, batch));
}

/** Attempts a batch, then the batches that its result leads to, one after another. */
async function workThrough(pass: PassContext, first: Batch): Promise<void> {
  const list = [first];
  for (let batch = list.shift(); batch; batch = list.shift()) {
    const result = await attemptBatch(pass, batch);
    const next = await batchesAfter(pass, batch, result);
    list.unshift(...next.filter(({ items }) => items.length > 0));
  }
}

async function batchesAfter(
  pass: PassContext,
  batch: Batch,
  result: BatchResult,
): Promise<readonly Batch[]> {
  if (result.kind === "reduced") return [{ ...batch, items: result.items }];
  if (result.kind !== "failed") return [];
  const after = await leave(pass, batch, result.failure);
  const items = goingOn(pass, after);
  const next = { ...batch, items, exceeded: 0, failures: batch.failures + 1 };
  switch (after.next) {
    case "attempt":
      return [next];
    case "raise limit":
      return [{ ...batch, items, exceeded: batch.exceeded + 1 }];
    case "halve":
      return halves(pass, { ...next, failures: batch.failures }, after);
    case "halve at once":
      await inParallel(halves(pass, next, after), 2, (half) => workThrough(pass, half));
      return [];
    case "probe":
      return [{ ...next, items: await probe(pass, next) }];
  }
}

/**
 * Postpones the members that have to leave. When no RPC answers anything, no policy is to blame: the pass then ends
 * with `RpcFailure`, and postpones none.
 */
async function leave(
  pass: PassContext,
  batch: Pick<Batch, "items" | "lookupTables"> & Partial<Batch>,
  failure: Failure,
): Promise<AfterFailure> {
  const { context, tables, events } = pass.options;
  if (failure.kind === "unanswered") {
    const verdict = classify(failure.error);
    if (isRpcFailure(verdict) && !(await isAnswering(context.connection))) {
      throw new RpcFailure(verdict, failure.error);
    }
  }
  const { items, exceeded = 0, failures = 0 } = batch;
  const group = failure.kind === "unanswered" ? { instructions: [] } : groupOf(pass, batch);
  const { programId } = context;
  const after = afterFailure({ items, exceeded, failures, failure, group, programId });
  if (after.forgetsTables) tables?.forget();
  for (const item of after.withoutReward) {
    events.unclaimed?.(waivedReward(pass.options, item, after.verdict.reason));
  }
  for (const item of after.postponed) {
    pass.postponed(item, after.verdict, item.snapshot, after.isTried);
  }
  return after;
}

function goingOn(pass: PassContext, after: AfterFailure): Ready[] {
  const waived = after.withoutReward.map((item) => withoutReward(pass.options, item));
  return [...waived, ...after.unchanged];
}

function halves(pass: PassContext, batch: Batch, { verdict }: AfterFailure): Batch[] {
  const { items } = batch;
  pass.options.events.split?.(verdict.reason, items.length);
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)].map((half) => ({ ...batch, items: half }));
}

/** Simulates each member alone, and returns the ones that go on. */
async function probe(pass: PassContext, { items, lookupTables }: Batch): Promise<Ready[]> {
  const good = new Map<Ready, readonly Ready[]>();
  await inParallel(items, PROBED_AT_ONCE, async (item) => {
    // The lease on a member that is not simulated is given back.
    if (pass.isStopping()) return;
    const alone = { items: [item], lookupTables };
    const simulation = await simulateBatch(pass, alone);
    if ("isOk" in simulation && simulation.isOk) return void good.set(item, [item]);
    const failure: Failure =
      "kind" in simulation ? simulation.failure : { ...simulation, kind: "simulated" };
    good.set(item, goingOn(pass, await leave(pass, alone, failure)));
  });
  return items.flatMap((item) => good.get(item) ?? []);
}
