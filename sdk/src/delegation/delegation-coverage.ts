import type { PublicKey } from "@solana/web3.js";
import { decodeAccount } from "../accounts/decode";
import { fetchAccount } from "../accounts/fetch";
import { listPoliciesByUserPayment } from "../accounts/list";
import { fetchAccountInfos, readContext, type ReadOptions } from "../accounts/read-accounts";
import { FUNDING_KIND_HELD } from "../constants";
import type { MilestoneContext } from "../context/context";
import { toAddress } from "../input/address";
import { getEscrowPda, getUserPaymentPda } from "../pdas";
import { parseTokenAccount } from "../tokens/account";
import type { Escrow, PaymentPolicy, WithAddress } from "../types";
import { computeCoverage, type DelegationCoverage } from "./coverage";

/**
 * Compares an owner's allowance and balance with what the policies on one mint may still pull. Returns the shortfall and
 * the first payment that it fails. `syncDelegation` repairs the allowance, and only the owner's money the balance. Held
 * policies do not count: `vaults` says what each of them holds and what the owner has not funded yet.
 * Throws `AccountNotFoundError` when the owner has no `UserPayment` on the mint, `AccountKindError`, `InvalidInputError`.
 * @example
 * const { shortfall, firstUncovered } = await delegationCoverage(context, owner, mint);
 */
export async function delegationCoverage(
  latest: MilestoneContext,
  owner: PublicKey,
  mint: PublicKey,
  options: ReadOptions = {},
): Promise<DelegationCoverage> {
  const context = readContext(latest, options);
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
  const escrows = await fetchEscrows(context, policies);
  const vaults = escrows.map(({ account }) => account.vault);
  const vaultInfos = await fetchAccountInfos(context, vaults);
  return computeCoverage({
    userPaymentAddress: address,
    userPayment,
    policies,
    tokenAccount: parseTokenAccount(userPayment.tokenAccount, info),
    escrows,
    vaultAccounts: vaults.map((vault, index) => parseTokenAccount(vault, vaultInfos[index])),
  });
}

/** Returns the escrows of the held policies, except one that was closed since its policy was read. */
async function fetchEscrows(
  context: MilestoneContext,
  policies: readonly WithAddress<PaymentPolicy>[],
): Promise<WithAddress<Escrow>[]> {
  const addresses = policies
    .filter(({ account }) => account.fundingKind === FUNDING_KIND_HELD)
    .map(({ address }) => getEscrowPda(address, context.programId)[0]);
  const infos = await fetchAccountInfos(context, addresses);
  return addresses.flatMap((address, index) => {
    const info = infos[index];
    if (!info) return [];
    return [{ address, account: decodeAccount("escrow", address, info, context.programId) }];
  });
}
