import type { Buffer } from "buffer";
import type { AccountInfo, GetProgramAccountsFilter, PublicKey } from "@solana/web3.js";
import { accountsCoder } from "../coder";
import { ACCOUNT_SIZE } from "../constants";
import type { MilestoneContext } from "../context";
import { toAddress } from "../input/address";
import type { Escrow, PaymentPolicy, UserPayment, WithAddress } from "../types";
import { type AccountKind, type AccountKinds, decodeAccount } from "./decode";
import { ESCROW_OFFSET, POLICY_OFFSET, USER_PAYMENT_OFFSET } from "./offsets";

/** `memcmp` on an address at an offset. */
export function addressFilter(offset: number, address: PublicKey): GetProgramAccountsFilter {
  return { memcmp: { offset, bytes: address.toBase58() } };
}

/** Size and discriminator of one kind of account. */
export function kindFilters(kind: AccountKind): GetProgramAccountsFilter[] {
  const { offset, bytes } = accountsCoder().memcmp(kind) as { offset: number; bytes: string };
  return [{ dataSize: ACCOUNT_SIZE[kind] }, { memcmp: { offset, bytes } }];
}

/** All accounts of a kind that pass the filters. */
export async function listAccounts<K extends AccountKind>(
  context: MilestoneContext,
  kind: K,
  filters: GetProgramAccountsFilter[],
): Promise<WithAddress<AccountKinds[K]>[]> {
  const found = await context.connection.getProgramAccounts(context.programId, {
    commitment: context.commitment,
    filters: [...kindFilters(kind), ...filters],
  });
  return found.map(({ pubkey, account }) => ({
    address: pubkey,
    account: decodeAccount(kind, pubkey, account as AccountInfo<Buffer>, context.programId),
  }));
}

/**
 * The owner's `UserPayment`s, one a mint.
 * @example
 * for (const { account } of await listUserPaymentsByOwner(context, owner)) console.log(account.mint.toBase58());
 */
export function listUserPaymentsByOwner(
  context: MilestoneContext,
  owner: PublicKey,
): Promise<WithAddress<UserPayment>[]> {
  const filter = addressFilter(USER_PAYMENT_OFFSET.owner, toAddress(owner, "owner"));
  return listAccounts(context, "userPayment", [filter]);
}

/**
 * Policies that pay out of one `UserPayment`, by id.
 * @example
 * const policies = await listPoliciesByUserPayment(context, getUserPaymentPda(owner, mint)[0]);
 */
export async function listPoliciesByUserPayment(
  context: MilestoneContext,
  userPayment: PublicKey,
): Promise<WithAddress<PaymentPolicy>[]> {
  const address = toAddress(userPayment, "userPayment");
  const filter = addressFilter(POLICY_OFFSET.userPayment, address);
  const found = await listAccounts(context, "paymentPolicy", [filter]);
  return found.sort((a, b) => a.account.policyId - b.account.policyId);
}

/**
 * The owner's policies on every mint.
 * @example
 * const policies = await listPoliciesByOwner(context, wallet.publicKey);
 */
export async function listPoliciesByOwner(
  context: MilestoneContext,
  owner: PublicKey,
): Promise<WithAddress<PaymentPolicy>[]> {
  const userPayments = await listUserPaymentsByOwner(context, owner);
  const lists = await Promise.all(
    userPayments
      .filter(({ account }) => account.openPolicies > 0)
      .map(({ address }) => listPoliciesByUserPayment(context, address)),
  );
  return lists.flat();
}

/**
 * Policies that pay this wallet.
 * @example
 * const incoming = await listPoliciesByRecipient(context, wallet.publicKey);
 */
export function listPoliciesByRecipient(
  context: MilestoneContext,
  recipient: PublicKey,
): Promise<WithAddress<PaymentPolicy>[]> {
  const filter = addressFilter(POLICY_OFFSET.recipient, toAddress(recipient, "recipient"));
  return listAccounts(context, "paymentPolicy", [filter]);
}

/**
 * Policies that name this gateway account.
 * @example
 * const policies = await listPoliciesByGateway(context, getGatewayPda(authority)[0]);
 */
export function listPoliciesByGateway(
  context: MilestoneContext,
  gateway: PublicKey,
): Promise<WithAddress<PaymentPolicy>[]> {
  const filter = addressFilter(POLICY_OFFSET.gateway, toAddress(gateway, "gateway"));
  return listAccounts(context, "paymentPolicy", [filter]);
}

/**
 * Escrows that name this mediator; `account.policy` says whose each is.
 * @example
 * const escrows = await listEscrowsByMediator(context, wallet.publicKey);
 */
export function listEscrowsByMediator(
  context: MilestoneContext,
  mediator: PublicKey,
): Promise<WithAddress<Escrow>[]> {
  const filter = addressFilter(ESCROW_OFFSET.mediator, toAddress(mediator, "mediator"));
  return listAccounts(context, "escrow", [filter]);
}
