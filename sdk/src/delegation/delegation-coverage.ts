import type { PublicKey } from "@solana/web3.js";
import { fetchAccount, fetchAccountInfos } from "../accounts/fetch";
import { listPoliciesByUserPayment } from "../accounts/list";
import type { MilestoneContext } from "../context";
import { toAddress } from "../input/address";
import { getUserPaymentPda } from "../pdas";
import { parseTokenAccount } from "../tokens/account";
import { computeCoverage, type DelegationCoverage } from "./coverage";

/**
 * Whether an owner's allowance and balance cover what the policies on one mint may still pull; if not, by how much, and
 * with which payment it bites. `syncDelegation` repairs the allowance, only the owner's money the balance.
 * Throws `AccountNotFoundError` when the owner has no `UserPayment` on the mint, `AccountKindError`, `InvalidInputError`.
 * @example
 * const { shortfall, firstUncovered } = await delegationCoverage(context, owner, mint);
 */
export async function delegationCoverage(
  context: MilestoneContext,
  owner: PublicKey,
  mint: PublicKey,
): Promise<DelegationCoverage> {
  const [address] = getUserPaymentPda(
    toAddress(owner, "owner"),
    toAddress(mint, "mint"),
    context.programId,
  );
  const userPayment = await fetchAccount(context, "userPayment", address);
  const [policies, [info]] = await Promise.all([
    listPoliciesByUserPayment(context, address),
    fetchAccountInfos(context, [userPayment.tokenAccount]),
  ]);
  return computeCoverage({
    userPaymentAddress: address,
    userPayment,
    policies,
    tokenAccount: parseTokenAccount(userPayment.tokenAccount, info),
  });
}
