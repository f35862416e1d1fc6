/** Reads what the releases of many policies depend on, so that one strange policy hides none of the others. */
import {
  AccountKindError,
  AccountNotFoundError,
  loadReleaseSnapshots,
  type MilestoneContext,
  type ReleaseSnapshot,
} from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";

/** By policy address: what was read, or what was thrown for it. */
export type Looks = Map<string, { snapshot: ReleaseSnapshot } | { error: unknown }>;

/** Never rejects: an RPC that fails is the error of every policy that it was asked about. */
export async function look(context: MilestoneContext, policies: readonly string[]): Promise<Looks> {
  const looks: Looks = new Map();
  await read(context, policies, looks);
  return looks;
}

async function read(
  context: MilestoneContext,
  policies: readonly string[],
  looks: Looks,
): Promise<void> {
  if (policies.length === 0) return;
  try {
    const snapshots = await loadReleaseSnapshots(
      context,
      policies.map((policy) => new PublicKey(policy)),
    );
    policies.forEach((policy, index) => looks.set(policy, { snapshot: snapshots[index]! }));
  } catch (error) {
    const isOfOne = error instanceof AccountNotFoundError || error instanceof AccountKindError;
    if (policies.length === 1 || !isOfOne) {
      for (const policy of policies) looks.set(policy, { error });
      return;
    }
    const middle = Math.ceil(policies.length / 2);
    await read(context, policies.slice(0, middle), looks);
    await read(context, policies.slice(middle), looks);
  }
}
