/**
 * Remembers which accounts releases named, so that they can be requested before the accounts that name them are read.
 * These are only guesses: every decision uses accounts as read now, and a wrong guess costs one more round of requests.
 */
import type { PublicKey } from "@solana/web3.js";
import { addressKey } from "../codec/address-key";
import type { PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment } from "../types";
import type { AccountKind, AccountKinds } from "./decode";

export type PolicyLinks = Pick<
  PaymentPolicy,
  "userPayment" | "gateway" | "recipient" | "fundingKind"
>;
export type UserPaymentLinks = Pick<UserPayment, "owner" | "mint" | "tokenAccount">;
export type FeeLinks = Pick<PaymentGateway | ProgramConfig, "feeRecipient">;

const MAX_LINKS = 4_096;

/** Links by the address of the account that holds them; the longest unused are forgotten. */
class Links<T> {
  private readonly seen = new Map<string, T>();

  get(address: PublicKey): T | undefined {
    return this.seen.get(addressKey(address));
  }

  set(address: PublicKey, links: T): void {
    const key = addressKey(address);
    // A map keeps the order of insertion: the longest unused is the first.
    this.seen.delete(key);
    this.seen.set(key, links);
    if (this.seen.size > MAX_LINKS) this.seen.delete(this.seen.keys().next().value!);
  }
}

const policies = new Links<PolicyLinks>();
const userPayments = new Links<UserPaymentLinks>();
/** Links of gateways and of the config. */
const fees = new Links<FeeLinks>();

export const seenPolicy = (address: PublicKey) => policies.get(address);
export const seenUserPayment = (address: PublicKey) => userPayments.get(address);
export const seenFees = (address: PublicKey) => fees.get(address);

/** Remembers which accounts a policy names. */
export function rememberPolicy(address: PublicKey, policy: PolicyLinks): void {
  const { userPayment, gateway, recipient, fundingKind } = policy;
  policies.set(address, { userPayment, gateway, recipient, fundingKind });
}

/** Remembers which accounts a `UserPayment` names. */
export function rememberUserPayment(address: PublicKey, userPayment: UserPaymentLinks): void {
  const { owner, mint, tokenAccount } = userPayment;
  userPayments.set(address, { owner, mint, tokenAccount });
}

/** Remembers who gets the fees of a gateway or of the protocol. */
export function rememberFees(address: PublicKey, { feeRecipient }: FeeLinks): void {
  fees.set(address, { feeRecipient });
}

/** Remembers which accounts an account names, for the kinds that name any. */
export function rememberLinks<K extends AccountKind>(
  kind: K,
  address: PublicKey,
  account: AccountKinds[K],
): void {
  if (kind === "paymentPolicy") rememberPolicy(address, account as PaymentPolicy);
  if (kind === "userPayment") rememberUserPayment(address, account as UserPayment);
  if (kind === "paymentGateway") rememberFees(address, account as PaymentGateway);
}
