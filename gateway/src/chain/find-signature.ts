/** Finds the transaction behind a state that is there already, after a crash or by somebody else. */
import { decodeEvents } from "@milepost/sdk";
import { type Address, toAddress } from "./address";
import type { ChainRuntime } from "./chain-runtime";

/** A transaction that succeeded. */
export interface FoundSignature {
  signature: string;
  slot: number;
}

/** Most transactions of one policy that are looked at; it has a few dozen in its life. */
const LIMIT = 100;

/**
 * Returns the policy's transaction that created it, or that ended the milestone at `index`; null when the node has forgotten
 * it.
 * @example
 * const receipt = await findSignature(chain, policy, { endOf: 0 });
 */
export async function findSignature(
  { connection, programId }: ChainRuntime,
  policy: Address,
  what: "creation" | { endOf: number },
): Promise<FoundSignature | null> {
  const all = await connection.getSignaturesForAddress(
    toAddress(policy, "policy"),
    { limit: LIMIT },
    "confirmed",
  );
  const succeeded = all.filter(({ err }) => err === null);
  if (what === "creation") {
    const first = all.length < LIMIT ? succeeded.at(-1) : undefined;
    return first ? { signature: first.signature, slot: first.slot } : null;
  }
  for (const { signature, slot } of succeeded) {
    const landed = await connection.getTransaction(signature, {
      commitment: "confirmed",
      maxSupportedTransactionVersion: 0,
    });
    const { events } = decodeEvents(landed?.meta?.logMessages ?? [], programId);
    const isEnd = events.some(
      ({ name, data }) =>
        (name === "MilestoneFinalized" || name === "PaymentExecuted") &&
        data.policy.toBase58() === String(policy) &&
        data.milestoneIndex === what.endOf,
    );
    if (isEnd) return { signature, slot };
  }
  return null;
}

/** Returns the newest transaction that named the policy and succeeded, or null. */
export async function findNewest(
  { connection }: ChainRuntime,
  policy: Address,
): Promise<FoundSignature | null> {
  const recent = await connection.getSignaturesForAddress(
    toAddress(policy, "policy"),
    { limit: LIMIT },
    "confirmed",
  );
  const found = recent.find(({ err }) => err === null);
  return found ? { signature: found.signature, slot: found.slot } : null;
}
