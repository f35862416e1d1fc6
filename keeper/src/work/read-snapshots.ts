/** Reads the accounts that releases depend on, so that one invalid policy hides none of the others. */
import {
  AccountKindError,
  AccountNotFoundError,
  loadReleaseSnapshots,
  type MilestoneContext,
  type ReleaseSnapshot,
  type SnapshotOptions,
  withMinContextSlot,
} from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { type ChainTime, MAX_LEAD_SLOTS } from "../clock/chain-clock";
import { classify } from "../send/classify";
import { isAnswering, isRpcFailure, RPC_BEHIND, RpcFailure } from "../send/rpc-error";

/** Snapshot of a policy, or the error that reading it threw. */
export type SnapshotResult = { snapshot: ReleaseSnapshot } | { error: unknown };

/** Results by policy address. */
export type SnapshotResults = Map<string, SnapshotResult>;

/**
 * Reads the snapshots. Rejects with `RpcFailure` when no RPC answers; when only some policies get no answer, each has
 * its own error. The associated token accounts of `options.keeperOwner` claim the reward that a gateway may pay.
 */
export async function readSnapshots(
  context: MilestoneContext,
  policies: readonly string[],
  options: ReadSnapshotsOptions = {},
): Promise<SnapshotResults> {
  const {
    keeperOwner,
    seenSlots = new Map<string, number>(),
    newestSlot = null,
    sawTime,
  } = options;
  const results: SnapshotResults = new Map();
  const slotOf = (policy: string) => seenSlots.get(policy) ?? 0;
  // Every node that is not set aside knows an old slot; a slot of the far future was made up.
  const isRecent = (policy: string) =>
    newestSlot !== null && Math.abs(slotOf(policy) - newestSlot) <= MAX_LEAD_SLOTS;
  const recent = policies.filter(isRecent);
  if (recent.length > 0) {
    const slot = Math.max(...recent.map(slotOf));
    await read(withMinContextSlot(context, slot), recent, { keeperOwner, sawTime }, results);
  }
  const others = policies.filter((policy) => !isRecent(policy));
  await read(context, others, { keeperOwner, sawTime }, results);
  return results;
}

export interface ReadSnapshotsOptions extends Pick<SnapshotOptions, "keeperOwner"> {
  /** Slot of the newest known state, by policy. Older answers do not count. */
  seenSlots?: ReadonlyMap<string, number>;
  /** Newest slot of the chain's clock; null when it is not known, and any node's answer counts. */
  newestSlot?: number | null;
  /** Listener for the chain's time as of a read. */
  sawTime?: (time: ChainTime) => void;
}

type ReadOptions = Pick<ReadSnapshotsOptions, "keeperOwner" | "sawTime">;

async function read(
  context: MilestoneContext,
  policies: readonly string[],
  options: ReadOptions,
  results: SnapshotResults,
): Promise<void> {
  if (policies.length === 0) return;
  try {
    const snapshots = await loadReleaseSnapshots(
      context,
      policies.map((policy) => new PublicKey(policy)),
      { keeperOwner: options.keeperOwner },
    );
    // All of them are of one read, so that one tells the time.
    const { slot, now } = snapshots[0]!;
    if (slot !== undefined) options.sawTime?.({ slot, now: BigInt(now.toString()) });
    policies.forEach((policy, index) => results.set(policy, { snapshot: snapshots[index]! }));
  } catch (error) {
    const isOfOne = error instanceof AccountNotFoundError || error instanceof AccountKindError;
    const verdict = isOfOne ? null : classify(error);
    // One policy with a newer slot must not fail the others, and fewer policies would change nothing.
    if (verdict?.reason === RPC_BEHIND && context.minContextSlot !== undefined) {
      for (const policy of policies) results.set(policy, { error });
      return;
    }
    const isOfRpc = verdict !== null && isRpcFailure(verdict);
    if (isOfRpc && !(await isAnswering(context.connection))) throw new RpcFailure(verdict, error);
    if (policies.length === 1) {
      results.set(policies[0]!, { error });
      return;
    }
    const middle = Math.ceil(policies.length / 2);
    await read(context, policies.slice(0, middle), options, results);
    await read(context, policies.slice(middle), options, results);
  }
}
