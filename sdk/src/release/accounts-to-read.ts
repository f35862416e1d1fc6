/** Which accounts the release of a policy depends on, as far as they can be named already. */
import { SYSVAR_CLOCK_PUBKEY, type PublicKey } from "@solana/web3.js";
import { FUNDING_KIND_HELD } from "../constants";
import { getConfigPda, getEscrowPda, getUserPaymentPda } from "../pdas";
import { associatedTokenAddress } from "../tokens/account";
import { likelyTokenPrograms } from "../tokens/token-program";
import type { PaymentPolicy } from "../types";
import type { AccountCache } from "./account-cache";
import {
  type PolicyLinks,
  seenFees,
  seenPolicy,
  seenUserPayment,
  type UserPaymentLinks,
} from "../accounts/links";

/** What the caller says about the policies, before anything is read. Only used to ask earlier; never decided on. */
export interface ReleaseHints {
  /** Wallet that is paid. */
  recipient?: PublicKey;
  /** Mint that the policies pay in. */
  tokenMint?: PublicKey;
  /** Account of the policies' gateway. */
  gateway?: PublicKey;
}

/** Whose associated token account may claim a reward, and which accounts are named outright. */
export interface ExtraAccounts {
  hints: ReleaseHints;
  keeperOwner?: PublicKey;
}

/**
 * Returns the addresses that are known, by what was read, by what was seen before and by the hints, in this order. When
 * all of them are read and none is new, the accounts that were read name everything.
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

/** The mint's owner says which token program it is; until it is read, every candidate is asked for. */
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

/** What the `UserPayment` names; without `tokenAccount` where it is neither read nor was ever seen. */
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
  // Who paid the rent is the owner as a rule. The address is derived from both, so that it proves the guess.
  const { programId, wallet } = cache.context;
  // A wallet that is disconnected has no address.
  const candidates = [policy.rentPayer, (wallet as Partial<typeof wallet>).publicKey];
  const owner = candidates.find(
    (candidate) =>
      candidate && getUserPaymentPda(candidate, tokenMint, programId)[0].equals(links.userPayment),
  );
  return owner && { owner, mint: tokenMint, isRead: false };
}
