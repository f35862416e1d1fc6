/** Reads what happened to a policy since it was read last. Touches the network, so it runs outside any transaction. */
import { chainProof, type ChainRuntime, type PolicyState, readPolicy } from "../../chain";
import { type PolicyStep, readHistory } from "../../chain/policy-history";

/** What the chain says about a policy. */
export interface PolicyUpdate {
  address: string;
  /** Confirmed state; null when the policy was deleted. */
  state: PolicyState | null;
  /** Events since the last update, oldest first. */
  steps: PolicyStep[];
  /** SHA-256 of the escrow's data, hex; null where it is closed. */
  escrowHash: string | null;
  escrow: string | null;
}

/** A policy that is known, and how far. */
export interface KnownPolicy {
  address: string;
  escrow: string | null;
  lastSignature: string | null;
}

/**
 * Reads a policy and its events after the last known one. With `minContextSlot`, no older answer counts.
 * Throws the SDK's and the connection's errors.
 */
export async function readUpdate(
  chain: ChainRuntime,
  { address, escrow: knownEscrow, lastSignature }: KnownPolicy,
  minContextSlot?: number,
): Promise<PolicyUpdate> {
  const state = await readPolicy(chain, address, { minContextSlot });
  const steps = await readHistory(chain, address, lastSignature);
  const escrow = state?.escrow?.address ?? knownEscrow;
  const last = steps.at(-1);
  const proof =
    last && escrow !== null
      ? await chainProof(chain, { signature: last.signature, slot: last.slot, account: escrow })
      : null;
  return { address, state, steps, escrow, escrowHash: proof?.accountHash ?? null };
}
