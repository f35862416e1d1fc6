/** Reads what the releases of many policies depend on, so that one strange policy hides none of the others. */
import {
  AccountKindError,
  AccountNotFoundError,
  loadReleaseSnapshots,
  type MilestoneContext,
  type ReleaseSnapshot,
  type SnapshotOptions,
} from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { classify } from "../send/classify";
import { isAnswering, isRpcFailure, RpcFailure } from "../send/rpc-error";

/** By policy address: what was read, or what was thrown for it. */
export type Looks = Map<string, { snapshot: ReleaseSnapshot } | { error: unknown }>;

/**
 * Rejects with `RpcFailure` when no RPC answers; what one does not answer about some policies is their own error. The
 * associated token accounts of `options.keeperOwner` claim the reward that a gateway may pay.
 */
export async function look(
  context: MilestoneContext,
  policies: readonly string[],
  options: Pick<SnapshotOptions, "keeperOwner"> = {},
): Promise<Looks> {
  const looks: Looks = new Map();
  await read(context, policies, options, looks);
  return looks;
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
