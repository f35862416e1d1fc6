/** The payment as the gateway shows it to its payer, and what the page makes of it. Pure. */
import type { components } from "@milepost/gateway/client";
import { formatAmount } from "../../format/amount";

/** Everything that a payer agrees to with their signature. Amounts are decimal strings. */
export type Checkout = components["schemas"]["Checkout"];

/** A milestone of the payment: what the payer pays, the fee, and what the payee receives. */
export type CheckoutMilestone = Checkout["milestones"][number];

/** An intent; `checkout` is there because the page has the client secret. */
export type Payment = components["schemas"]["PublicPaymentIntent"];

/** How far the payment is: `next` is the part to sign now, from 0. */
export interface Progress {
  total: number;
  done: number;
}

/** Returns how many of the payment's transactions landed. */
export function progressOf({
  parts,
  milestones,
}: Pick<Checkout, "parts" | "milestones">): Progress {
  const planned = milestones.reduce((most, { part }) => Math.max(most, part + 1), 0);
  if (parts.total === 0) return { total: planned, done: 0 };
  return { total: Math.max(parts.total, planned), done: parts.total - parts.left };
}

/**
 * Reads a decimal string of the gateway in base units. Throws an `Error` for another text: the page must not show a wrong amount.
 * @example
 * unitsOf("1000.00", 6); // 1000000000n
 */
export function unitsOf(text: string, decimals: number): bigint {
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > decimals) {
    throw new Error(`expected an amount with at most ${decimals} decimals, received ${text}`);
  }
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/**
 * Writes a decimal string of the gateway as people read it, to the last unit.
 * @example
 * amountText("1000.00", { decimals: 6, currency: "USDC" }); // "1,000.00 USDC"
 */
export const amountText = (
  text: string,
  { decimals, currency }: Pick<Checkout, "decimals" | "currency">,
): string => `${formatAmount(unitsOf(text, decimals), decimals)} ${currency}`;

/** Returns the milestones that the part with this number pays. */
export const milestonesOfPart = (
  { milestones }: Pick<Checkout, "milestones">,
  part: number,
): CheckoutMilestone[] => milestones.filter((milestone) => milestone.part === part);

/** Returns what is still to be paid, in base units. */
export function outstandingOf(checkout: Checkout): bigint {
  const { done } = progressOf(checkout);
  return checkout.milestones
    .filter(({ part }) => part >= done)
    .reduce((sum, { amount }) => sum + unitsOf(amount, checkout.decimals), 0n);
}

/** State that decides what the screen shows. */
export type CheckoutState =
  "paid" | "canceled" | "incomplete" | "own-payment" | "payer-changed" | "payable";

/**
 * Returns the payment's state for a wallet; null where no wallet is connected.
 * @example
 * stateFor(payment, wallet.address); // "payable"
 */
export function stateFor(
  { checkout, data, status }: Payment & { checkout: Checkout },
  wallet: string | null,
): CheckoutState {
  const { total, done } = progressOf(checkout);
  const code = checkout.obstacle?.code;
  if (code === "canceled" || status === "CANCELED") return "canceled";
  if (code === "paid" || (total > 0 && done >= total)) return "paid";
  if (code === "schedule_incomplete" || checkout.milestones.length === 0) return "incomplete";
  if (wallet !== null && (wallet === checkout.payee || wallet === checkout.mediator)) {
    return "own-payment";
  }
  if (done > 0 && wallet !== null && data.signerAddress !== null && data.signerAddress !== wallet) {
    return "payer-changed";
  }
  return "payable";
}
