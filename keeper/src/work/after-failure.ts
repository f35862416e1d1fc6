/** Decides what becomes of each member of a batch that failed. Pure: the same failure has the same consequence. */
import type { ExecutionGroup } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { blame, isOfTheWhole, OF_COMPUTE } from "../send/blame";
import { classify, FEE_PAYER_SHORT } from "../send/classify";
import type { Verdict } from "../send/verdicts";
import type { Batch, Ready } from "./batch";
import { divideByReward } from "./reward-claim";

/** Stage at which a batch failed. */
export type Failure =
  /** No RPC simulated the batch or gave a blockhash, although one answers other questions. */
  | { kind: "unanswered"; error: unknown }
  /** The simulation failed. `err` is the transaction's error, `error` its parsed form. */
  | { kind: "simulated"; err: unknown; error: unknown }
  /** The transaction failed on chain and cost its fee. */
  | { kind: "on chain"; err: unknown; error: unknown };

export interface FailedBatch extends Pick<Batch, "items" | "exceeded" | "failures"> {
  failure: Failure;
  /** Instructions of the batch, in their order. */
  group: Pick<ExecutionGroup, "instructions">;
  programId: PublicKey;
}

/**
 * Next step for the members that go on.
 * - `attempt`: they share another transaction.
 * - `raise limit`: the same, with a higher compute limit.
 * - `halve`: two halves, one after the other.
 * - `halve at once`: two halves side by side.
 * - `probe`: each is simulated alone, and the good ones share a transaction.
 */
export type NextStep = "attempt" | "raise limit" | "halve" | "halve at once" | "probe";

export interface AfterFailure {
  /** Decision about the members that are postponed. */
  verdict: Verdict;
  /** Members that leave with the verdict. */
  postponed: readonly Ready[];
  /** True when the members that leave have failed themselves. */
  isTried: boolean;
  /** Members that go on without their reward, first. */
  withoutReward: readonly Ready[];
  /** Members that go on as they are. */
  unchanged: readonly Ready[];
  next: NextStep;
  /** True when the lookup tables may differ from the keeper's record of them. */
  forgetsTables: boolean;
}

/**
 * Factors of the simulated compute units that a transaction may take, by the number of times the batch exceeded its
 * limit.
 */
export const HEADROOM = [1, 4, Infinity] as const;

/** Decides what becomes of the members of a batch that failed. */
export function afterFailure(batch: FailedBatch): AfterFailure {
  const { items, failure, group, programId, exceeded } = batch;
  if (failure.kind === "unanswered") {
    const verdict = classify(failure.error);
    return items.length > 1 ? halved(verdict, items) : { ...NOTHING, verdict, postponed: items };
  }
  const isOfCompute = OF_COMPUTE.has(classify(failure.error).reason);
  const verdict = classify(failure.error, {
    programId,
    instructionPrograms: group.instructions.map(({ programId: program }) => program),
  });
  if (failure.kind === "on chain" && isOfCompute && exceeded + 1 < HEADROOM.length) {
    return { ...NOTHING, verdict, unchanged: items, next: "raise limit" };
  }
  const { isShared, ...parts } = blame(items, group, failure.err, failure.error);
  if (isShared) return afterSharedFailure(batch, failure.kind, verdict);
  const { blamed, rest, waived } = divideByReward(verdict.reason, parts);
  return {
    ...NOTHING,
    verdict,
    postponed: blamed,
    isTried: true,
    withoutReward: waived,
    unchanged: rest,
    next: nextStep(batch.failures, waived.length + rest.length, failure.kind),
  };
}

/** Decides about a failure that belongs to no single member. */
function afterSharedFailure(
  { items, failures }: FailedBatch,
  kind: "simulated" | "on chain",
  verdict: Verdict,
): AfterFailure {
  const forgetsTables = /LookupTable/.test(verdict.reason);
  // With an unknown error, a smaller batch at least shows which member causes it.
  const isDivisible = isOfTheWhole(verdict.reason) || verdict.kind === "unknown";
  if (items.length > 1 && isDivisible) return { ...halved(verdict, items), forgetsTables };
  // The members that create accounts cost hundreds of times a fee: without them the others may still be paid.
  const creating =
    verdict.reason === FEE_PAYER_SHORT
      ? items.filter(({ execution }) => execution.setup.length > 0)
      : [];
  const postponed = creating.length > 0 ? creating : items;
  const unchanged = items.filter((item) => !postponed.includes(item));
  const next = nextStep(failures, unchanged.length, kind);
  return { ...NOTHING, verdict, postponed, unchanged, next, forgetsTables };
}

/**
 * A second failure means that there may be many bad members, so the rest is not attempted once for each of them. On chain,
 * each failure costs a fee and the time of a confirmation.
 */
function nextStep(failures: number, goingOn: number, kind: "simulated" | "on chain"): NextStep {
  if (failures === 0 || goingOn < 3) return "attempt";
  return kind === "on chain" ? "halve at once" : "probe";
}

function halved(verdict: Verdict, items: readonly Ready[]): AfterFailure {
  return { ...NOTHING, verdict, unchanged: items, next: "halve" };
}

const NOTHING = {
  postponed: [],
  isTried: false,
  withoutReward: [],
  unchanged: [],
  next: "attempt",
  forgetsTables: false,
} as const;
