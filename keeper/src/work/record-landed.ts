/** Records in the store what a landed transaction paid. */
import { getChainTime } from "@milepost/sdk";
import { transactionFee } from "../send/sign";
import { finishAttempt, type Journaled } from "../store/attempts";
import type { Outcome } from "../store/outcomes";
import { type MemberReceipt, readReceipt } from "./receipt";
import type { WorkerOptions } from "./worker-options";

type Options = Pick<WorkerOptions, "context" | "rpcs" | "database" | "events">;

/**
 * Records the attempt's end, its outcomes and its policies' state in one transaction, and reports new outcomes to the
 * events. Rejects when no RPC knows the slot's time: then the attempt stays open.
 */
export async function recordLanded(
  options: Options,
  attempt: Journaled,
  slot: number,
): Promise<void> {
  const { database, events } = options;
  const { members, signature } = attempt;
  const receipt = await readReceipt(options, attempt);
  const executedAt = receipt?.blockTime ?? (await blockTime(options, slot));
  const fees = shares(receipt?.feeLamports ?? transactionFee(attempt.wire), members.length);
  const outcomes = members.map(({ policy, milestoneIndex, dueAt }, index): Outcome => {
    const own = receipt?.members[index] ?? UNKNOWN;
    return {
      ...own,
      policy,
      milestoneIndex,
      signature,
      slot,
      dueAt,
      executedAt,
      feeLamports: fees[index]!,
    };
  });
  const fresh = await finishAttempt(database, signature, { state: "landed", outcomes });
  for (const outcome of fresh) events.executed(outcome);
}

const UNKNOWN: MemberReceipt = { mint: null, amount: null, rentLamports: null, reward: null };

/** Returns the chain time of the slot's block. */
async function blockTime({ rpcs, context }: Options, slot: number): Promise<bigint> {
  for (const rpc of rpcs) {
    const time = await rpc.getBlockTime(slot).catch(() => null);
    if (time !== null) return BigInt(time);
  }
  // The block was confirmed a moment ago, and no RPC's ledger has it yet.
  return BigInt((await getChainTime(context)).toString());
}

/** Divides `total` into parts that differ by at most one. */
function shares(total: bigint, count: number): bigint[] {
  const each = total / BigInt(Math.max(count, 1));
  const rest = Number(total - each * BigInt(count));
  return Array.from({ length: count }, (_, index) => each + (index < rest ? 1n : 0n));
}
