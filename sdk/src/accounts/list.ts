import bs58 from "bs58";
import type { GetProgramAccountsFilter, PublicKey } from "@solana/web3.js";
import { ACCOUNT_SIZE } from "../constants";
import type { MilestoneContext } from "../context/context";
import { ACCOUNTS } from "../generated/accounts";
import { toAddress } from "../input/address";
import type { Escrow, PaymentPolicy, UserPayment, WithAddress } from "../types";
import { type AccountKind, type AccountKinds, decodeAccount } from "./decode";
import { rememberLinks } from "./links";
import { ESCROW_OFFSET, POLICY_OFFSET, USER_PAYMENT_OFFSET } from "./offsets";
import { readContext, type ReadOptions, scanAccounts } from "./read-accounts";

/** Returns the `memcmp` filter for an address at an offset. */
export function addressFilter(offset: number, address: PublicKey): GetProgramAccountsFilter {
  return { memcmp: { offset, bytes: address.toBase58() } };
}

/** Returns the `memcmp` filter for the discriminator of one kind of account. */
export function discriminatorFilter(kind: AccountKind): GetProgramAccountsFilter {
  const bytes = bs58.encode(Uint8Array.from(ACCOUNTS[kind].discriminator));
  return { memcmp: { offset: 0, bytes } };
}

/** Returns the filters for the size and discriminator of one kind of account. */
export function kindFilters(kind: AccountKind): GetProgramAccountsFilter[] {
  return [{ dataSize: ACCOUNT_SIZE[kind] }, discriminatorFilter(kind)];
}

/** Returns all accounts of a kind that pass the filters. Throws `RpcError`. */
export async function listAccounts<K extends AccountKind>(
  context: MilestoneContext,
  kind: K,
  filters: GetProgramAccountsFilter[],
  options: ReadOptions = {},
): Promise<WithAddress<AccountKinds[K]>[]> {
  const found = await scanAccounts(readContext(context, options), {
    filters: [...kindFilters(kind), ...filters],
  });
  return found.map(({ pubkey, account }) => {
    const info = account;
    const decoded = decodeAccount(kind, pubkey, info, context.programId);
    rememberLinks(kind, pubkey, decoded);
    return { address: pubkey, account: decoded };
  });
}

/**
 * Returns the owner's `UserPayment`s, one per mint.
 * @example
 * for (const { account } of await listUserPaymentsByOwner(context, owner)) console.log(account.mint.toBase58());
 */
export function listUserPaymentsByOwner(
  context: MilestoneContext,
  owner: PublicKey,
  options: ReadOptions = {},
): Promise<WithAddress<UserPayment>[]> {
  const filter = addressFilter(USER_PAYMENT_OFFSET.owner, toAddress(owner, "owner"));
  return listAccounts(context, "userPayment", [filter], options);
}

/**
 * Returns the policies that pay out of one `UserPayment`, by id.
 * @example
 * const policies = await listPoliciesByUserPayment(context, getUserPaymentPda(owner, mint)[0]);
 */
export async function listPoliciesByUserPayment(
  context: MilestoneContext,
  userPayment: PublicKey,
  options: ReadOptions = {},
): Promise<WithAddress<PaymentPolicy>[]> {
  const address = toAddress(userPayment, "userPayment");
  const filter = addressFilter(POLICY_OFFSET.userPayment, address);
  const found = await listAccounts(context, "paymentPolicy", [filter], options);
  return found.sort((a, b) => a.account.policyId - b.account.policyId);
}

/**
 * Returns the owner's policies on every mint.
 * @example
 * const policies = await listPoliciesByOwner(context, wallet.publicKey);
 */
export async function listPoliciesByOwner(
  context: MilestoneContext,
  owner: PublicKey,
  options: ReadOptions = {},
): Promise<WithAddress<PaymentPolicy>[]> {
  const userPayments = await listUserPaymentsByOwner(context, owner, options);
  const lists = await Promise.all(
    userPayments
      .filter(({ account }) => account.openPolicies > 0)
      .map(({ address }) => listPoliciesByUserPayment(context, address, options)),
  );
  return lists.flat();
}

/**
 * Returns the policies that pay this wallet.
 * @example
 * const incoming = await listPoliciesByRecipient(context, wallet.publicKey);
 */
export function listPoliciesByRecipient(
  context: MilestoneContext,
  recipient: PublicKey,
  options: ReadOptions = {},
): Promise<WithAddress<PaymentPolicy>[]> {
  const filter = addressFilter(POLICY_OFFSET.recipient, toAddress(recipient, "recipient"));
  return listAccounts(context, "paymentPolicy", [filter], options);
}

/**
 * Returns the policies that name this gateway account.
 * @example
 * const policies = await listPoliciesByGateway(context, getGatewayPda(authority)[0]);
 */
export function listPoliciesByGateway(
  context: MilestoneContext,
  gateway: PublicKey,
  options: ReadOptions = {},
): Promise<WithAddress<PaymentPolicy>[]> {
  const filter = addressFilter(POLICY_OFFSET.gateway, toAddress(gateway, "gateway"));
  return listAccounts(context, "paymentPolicy", [filter], options);
}

/**
 * Returns the escrows that name this mediator; `account.policy` is the policy of each.
 * @example
 * const escrows = await listEscrowsByMediator(context, wallet.publicKey);
 */
export function listEscrowsByMediator(
  context: MilestoneContext,
  mediator: PublicKey,
  options: ReadOptions = {},
): Promise<WithAddress<Escrow>[]> {
  const filter = addressFilter(ESCROW_OFFSET.mediator, toAddress(mediator, "mediator"));
  return listAccounts(context, "escrow", [filter], options);
}
