/** What a landed transaction paid, in the store. */
import { getChainTime } from "@milepost/sdk";
import { transactionFee } from "../send/sign";
import { finishAttempt, type Journaled } from "../store/attempts";
import type { Outcome } from "../types";
import { type MemberReceipt, readReceipt } from "./receipt";
import type { WorkerSettings } from "./settings";

type Settings = Pick<WorkerSettings, "context" | "rpcs" | "database" | "events">;

/**
 * The attempt's end, its outcomes and its policies' state, in one transaction. Tells the events of what is new.
 * Rejects when no RPC knows when the slot was: then the attempt stays open.
 */
export async function recordLanded(
  settings: Settings,
  attempt: Journaled,
  slot: number,
): Promise<void> {
  const { database, events } = settings;
  const { members, signature } = attempt;
  const receipt = await readReceipt(settings, attempt);
  const executedAt = receipt?.blockTime ?? (await blockTime(settings, slot));
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

/** Chain time of the slot's block. */
async function blockTime({ rpcs, context }: Settings, slot: number): Promise<bigint> {
  for (const rpc of rpcs) {
    const time = await rpc.getBlockTime(slot).catch(() => null);
    if (time !== null) return BigInt(time);
  }
  // Confirmed a moment ago, and not yet in anybody's ledger.
  return BigInt((await getChainTime(context)).toString());
}

/** Parts of `total` that differ by one at most and make up all of it. */
function shares(total: bigint, count: number): bigint[] {
  const each = total / BigInt(Math.max(count, 1));
  const rest = Number(total - each * BigInt(count));
  return Array.from({ length: count }, (_, index) => each + (index < rest ? 1n : 0n));
}
