/** Lists the accounts that the release of a policy depends on, as far as they are known. */
import { SYSVAR_CLOCK_PUBKEY, type PublicKey } from "@solana/web3.js";
import {
  type PolicyLinks,
  seenFees,
  seenPolicy,
  seenUserPayment,
  type UserPaymentLinks,
} from "../accounts/links";
import { FUNDING_KIND_HELD } from "../constants";
import { getConfigPda, getEscrowPda, getUserPaymentPda } from "../pdas";
import { associatedTokenAddress } from "../tokens/associated";
import { likelyTokenPrograms } from "../tokens/token-program";
import type { PaymentPolicy } from "../types";
import type { AccountCache } from "./account-cache";

/** Facts from the caller about the policies. They only allow an earlier request; no decision uses them. */
export interface ReleaseHints {
  /** Wallet of the recipient. */
  recipient?: PublicKey;
  /** Mint that the policies pay in. */
  tokenMint?: PublicKey;
  /** Account of the policies' gateway. */
  gateway?: PublicKey;
}

/** Wallet whose associated token account may claim a reward, and named accounts. */
export interface ExtraAccounts {
  hints: ReleaseHints;
  keeperOwner?: PublicKey;
}

/**
 * Returns the addresses that are known from accounts read now, from accounts seen before and from the hints, in this order.
 * Reading is complete when all of them are read and none is new.
 */
export function accountsToRead(
  cache: AccountCache,
  policyAddress: PublicKey,
  { hints, keeperOwner }: ExtraAccounts,
): PublicKey[] {
  const { programId } = cache.context;
  const [config] = getConfigPda(programId);
  const policy = cache.peek("paymentPolicy", policyAddress);
  const links = policy ?? seenPolicy(policyAddress);
  const gateway = links?.gateway ?? hints.gateway;
  const recipient = links?.recipient ?? hints.recipient;
  const isHeld = links?.fundingKind === FUNDING_KIND_HELD;
  const escrow = isHeld ? getEscrowPda(policyAddress, programId)[0] : null;
  const userPayment = links ? userPaymentOf(cache, policy, links, hints) : undefined;
  const mint = userPayment?.mint ?? hints.tokenMint;

  const readGateway = policy && cache.peek("paymentGateway", policy.gateway);
  const isRewarded = readGateway ? readGateway.keeperRewardBps > 0 : true;
  const owners = [
    recipient,
    readGateway?.feeRecipient ?? (gateway && seenFees(gateway)?.feeRecipient),
    (cache.peek("programConfig", config) ?? seenFees(config))?.feeRecipient,
    isRewarded ? keeperOwner : undefined,
    // The vault is the escrow's associated token account.
    escrow ?? undefined,
    userPayment && !userPayment.tokenAccount ? userPayment.owner : undefined,
  ].filter((owner) => owner !== undefined);
  return [
    policyAddress,
    config,
    SYSVAR_CLOCK_PUBKEY,
    links?.userPayment,
    gateway,
    escrow ?? undefined,
    mint,
    isHeld ? undefined : userPayment?.tokenAccount,
    policy && escrow ? cache.peek("escrow", escrow)?.vault : undefined,
    ...(mint ? associatedAddresses(cache, mint, owners, userPayment?.isRead ?? false) : []),
  ].filter((address) => address !== undefined);
}

/** Returns the candidates per token program; the mint's owner decides between them once it is read. */
function associatedAddresses(
  cache: AccountCache,
  mint: PublicKey,
  owners: readonly PublicKey[],
  isMintCertain: boolean,
): PublicKey[] {
  const read = isMintCertain && cache.get(mint) ? cache.mint(mint) : null;
  const programs = read ? [read.tokenProgram] : likelyTokenPrograms(mint);
  return owners.flatMap((owner) =>
    programs.map((program) => associatedTokenAddress(mint, owner, program)),
  );
}

/** Returns what the `UserPayment` names; without `tokenAccount` when it was neither read nor seen before. */
function userPaymentOf(
  cache: AccountCache,
  policy: PaymentPolicy | null,
  links: PolicyLinks,
  { tokenMint }: ReleaseHints,
):
  | (Omit<UserPaymentLinks, "tokenAccount"> & { tokenAccount?: PublicKey; isRead: boolean })
  | undefined {
  const read = policy && cache.peek("userPayment", policy.userPayment);
  if (read) return { ...read, isRead: true };
  const seen = seenUserPayment(links.userPayment);
  if (seen) return { ...seen, isRead: false };
  if (!tokenMint || !policy) return undefined;
  // The rent payer is usually the owner. The address is derived from owner and mint, so it proves the guess.
  const { programId, wallet } = cache.context;
  // A wallet that is disconnected has no address.
  const candidates = [policy.rentPayer, (wallet as Partial<typeof wallet>).publicKey];
  const owner = candidates.find(
    (candidate) =>
      candidate && getUserPaymentPda(candidate, tokenMint, programId)[0].equals(links.userPayment),
  );
  return owner && { owner, mint: tokenMint, isRead: false };
}
