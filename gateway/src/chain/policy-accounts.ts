/** Tells whether the accounts of many policies have changed, without knowing how. */
import { createHash } from "node:crypto";
import { decodeAccount, FUNDING_KIND_CLOSED, getEscrowPda } from "@milepost/sdk";
import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { type Address, toAddress } from "./address";
import type { ChainRuntime } from "./chain-runtime";
import { callRpc } from "./rpc";

/** Accounts of a policy at one slot. */
export interface PolicyAccounts {
  /** SHA-256 over policy and escrow, hex; equal while neither has changed. */
  hash: string;
  /** True when nothing can change any more: every milestone has ended, or the policy is gone. */
  isEnded: boolean;
}

/** Most policies of one call: two accounts each. */
export const MAX_WATCHED = 50;

/**
 * Returns the accounts of up to 50 policies in the order of their addresses.
 * Throws `GatewayError` (`chain_unavailable`) and the SDK's `AccountKindError`.
 */
export async function readPolicyAccounts(
  chain: ChainRuntime,
  policies: readonly Address[],
): Promise<PolicyAccounts[]> {
  const addresses = policies.map((policy) => toAddress(policy, "policy"));
  const escrows = addresses.map((address) => getEscrowPda(address, chain.programId)[0]);
  const infos = await callRpc("getMultipleAccounts", () =>
    chain.connection.getMultipleAccountsInfo([...addresses, ...escrows]),
  );
  return addresses.map((address, index) => {
    const [policy, escrow] = [infos[index] ?? null, infos[addresses.length + index] ?? null];
    return {
      hash: hashOf([policy, escrow]),
      isEnded: isEnded(chain, address, policy),
    };
  });
}

function hashOf(infos: readonly (AccountInfo<Buffer> | null)[]): string {
  const hash = createHash("sha256");
  for (const info of infos) {
    hash.update(info ? `${info.data.length}:` : "none:");
    if (info) hash.update(info.data);
  }
  return hash.digest("hex");
}

function isEnded(
  { programId }: ChainRuntime,
  address: PublicKey,
  policy: AccountInfo<Buffer> | null,
): boolean {
  if (!policy?.owner.equals(programId)) return true;
  const { fundingKind, policyType } = decodeAccount("paymentPolicy", address, policy, programId);
  const { currentMilestone, totalMilestones } = policyType.milestone;
  // The escrow may still be closed afterwards; that moves no milestone.
  return fundingKind === FUNDING_KIND_CLOSED || currentMilestone >= totalMilestones;
}
