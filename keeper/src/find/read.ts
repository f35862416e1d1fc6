/** Reads policies by their addresses, each with its escrow in the same slot, and plans them. */
import { type Commitment, type Connection, PublicKey } from "@solana/web3.js";
import { decodeAccount, FUNDING_KIND_HELD, getEscrowPda } from "@milepost/sdk";
import { RpcAnswerError } from "../send/rpc-failures";
import type { PolicyPlan } from "../types";
import { planPolicy, type PlanRules } from "./plan";
import { plannedPolicy } from "./policy-slice";

export interface ReadSource {
  connection: Pick<Connection, "getMultipleAccountsInfoAndContext">;
  programId: PublicKey;
  commitment?: Commitment;
  /** An account that can't be read; the others go on. Default: ignored. */
  onUnreadable?: (address: string, error: unknown) => void;
}

export interface ReadPlans {
  plans: PolicyPlan[];
  /** Policies that are gone from the chain, as of `slot` or later. */
  gone: string[];
  /** Oldest slot that anything of this was read in; the newest possible when nothing was asked for. */
  slot: number;
}

/** A request takes 100 addresses: a policy and its escrow each. */
const POLICIES_PER_REQUEST = 50;

/**
 * Plans for these policies, as of `minContextSlot` or later. Rejects when the RPC is behind that, whether it says so or
 * answers with older state.
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
    // Not every node heeds the condition, and nothing from before may count.
    if (slot < (minContextSlot ?? 0)) {
      throw new RpcAnswerError("an RPC", "getMultipleAccounts", "behind");
    }
    found.slot = Math.min(found.slot, slot);
    chunk.forEach((pubkey, index) => {
      const address = pubkey.toBase58();
      const info = value[index];
      // Whoever sends lamports to the address of a deleted policy doesn't bring it back.
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
