/** Reads policies by their addresses, each with its escrow in the same slot, and plans them. */
import { type Commitment, type Connection, PublicKey } from "@solana/web3.js";
import { decodeAccount, FUNDING_KIND_HELD, getEscrowPda } from "@milepost/sdk";
import { RpcAnswerError } from "../send/rpc-failures";
import type { PolicyPlan } from "../store/policy-plan";
import { planPolicy, type PlanRules } from "./plan";
import { plannedPolicy } from "./policy-slice";

export interface ReadSource {
  connection: Pick<Connection, "getMultipleAccountsInfoAndContext">;
  programId: PublicKey;
  commitment?: Commitment;
  /** Listener for an account that can't be read; the others continue. Default: ignored. */
  onUnreadable?: (address: string, error: unknown) => void;
}

export interface ReadPlans {
  plans: PolicyPlan[];
  /** Policies that are gone from the chain, as of `slot` or later. */
  gone: string[];
  /** Oldest slot of these reads; the newest possible when nothing was requested. */
  slot: number;
}

/** Policies per request of 100 addresses: a policy and its escrow each. */
export const POLICIES_PER_REQUEST = 50;

/**
 * Plans these policies, as of `minContextSlot` or later. Rejects when the RPC lags behind that slot, by its own word
 * or by the slot of its answer.
 */
export async function readPlans(
  source: ReadSource,
  rules: PlanRules,
  addresses: readonly string[],
  minContextSlot?: number,
): Promise<ReadPlans> {
  const { connection, programId, commitment } = source;
  const found: ReadPlans = { plans: [], gone: [], slot: Number.MAX_SAFE_INTEGER };
  for (let start = 0; start < addresses.length; start += POLICIES_PER_REQUEST) {
    const chunk = addresses
      .slice(start, start + POLICIES_PER_REQUEST)
      .map((address) => new PublicKey(address));
    const escrows = chunk.map((address) => getEscrowPda(address, programId)[0]);
    const { context, value } = await connection.getMultipleAccountsInfoAndContext(
      [...chunk, ...escrows],
      { commitment, minContextSlot },
    );
    const { slot } = context;
    // Some nodes ignore the condition, and no earlier state may count.
    if (slot < (minContextSlot ?? 0)) {
      throw new RpcAnswerError("an RPC", "getMultipleAccounts", "behind");
    }
    found.slot = Math.min(found.slot, slot);
    chunk.forEach((pubkey, index) => {
      const address = pubkey.toBase58();
      const info = value[index];
      // Lamports that are sent to the address of a deleted policy do not bring it back.
      if (!info?.owner.equals(programId)) {
        found.gone.push(address);
        return;
      }
      try {
        const policy = plannedPolicy(pubkey, info, programId);
        const escrowInfo = value[chunk.length + index];
        const escrow =
          policy.fundingKind === FUNDING_KIND_HELD && escrowInfo
            ? decodeAccount("escrow", escrows[index]!, escrowInfo, programId)
            : null;
        found.plans.push(planPolicy({ address, policy, escrow, slot }, rules));
      } catch (error) {
        source.onUnreadable?.(address, error);
      }
    });
  }
  return found;
}
