/** Reads what the releases of many policies depend on, so that one strange policy hides none of the others. */
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
import { MAX_LEAD_SLOTS } from "../clock/chain-clock";
import { classify } from "../send/classify";
import { isAnswering, isRpcFailure, RPC_BEHIND, RpcFailure } from "../send/rpc-error";

/** By policy address: what was read, or what was thrown for it. */
export type Looks = Map<string, { snapshot: ReleaseSnapshot } | { error: unknown }>;

/**
 * Rejects with `RpcFailure` when no RPC answers; what one does not answer about some policies is their own error. The
 * associated token accounts of `options.keeperOwner` claim the reward that a gateway may pay.
 */
export async function look(
  context: MilestoneContext,
  policies: readonly string[],
  options: LookOptions = {},
): Promise<Looks> {
  const { keeperOwner, seenSlots = new Map(), newestSlot = null } = options;
  const looks: Looks = new Map();
  const slotOf = (policy: string) => seenSlots.get(policy) ?? 0;
  // What was seen long ago any node knows that is not set aside; a slot of the far future was made up.
  const isRecent = (policy: string) =>
    newestSlot !== null && Math.abs(slotOf(policy) - newestSlot) <= MAX_LEAD_SLOTS;
  const recent = policies.filter(isRecent);
  if (recent.length > 0) {
    const slot = Math.max(...recent.map(slotOf));
    await read(withMinContextSlot(context, slot), recent, { keeperOwner }, looks);
  }
  const others = policies.filter((policy) => !isRecent(policy));
  await read(context, others, { keeperOwner }, looks);
  return looks;
}

export interface LookOptions extends Pick<SnapshotOptions, "keeperOwner"> {
  /** By policy: the slot of what is known of it. Nothing from before counts. */
  seenSlots?: ReadonlyMap<string, number>;
  /** Of the chain's clock; null when it is not known: then any node's answer counts. */
  newestSlot?: number | null;
}

async function read(
  context: MilestoneContext,
  policies: readonly string[],
  options: SnapshotOptions,
  looks: Looks,
): Promise<void> {
  if (policies.length === 0) return;
  try {
    const snapshots = await loadReleaseSnapshots(
      context,
      policies.map((policy) => new PublicKey(policy)),
      options,
    );
    policies.forEach((policy, index) => looks.set(policy, { snapshot: snapshots[index]! }));
  } catch (error) {
    const isOfOne = error instanceof AccountNotFoundError || error instanceof AccountKindError;
    const verdict = isOfOne ? null : classify(error);
    // That one policy was seen later is not the others' fault, and fewer of them change nothing.
    if (verdict?.reason === RPC_BEHIND && context.minContextSlot !== undefined) {
      for (const policy of policies) looks.set(policy, { error });
      return;
    }
    const isOfRpc = verdict !== null && isRpcFailure(verdict);
    if (isOfRpc && !(await isAnswering(context.connection))) throw new RpcFailure(verdict, error);
    if (policies.length === 1) {
      looks.set(policies[0]!, { error });
      return;
    }
    const middle = Math.ceil(policies.length / 2);
    await read(context, policies.slice(0, middle), options, looks);
    await read(context, policies.slice(middle), options, looks);
  }
}
