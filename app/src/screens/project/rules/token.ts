/** Rule: decimals and fees of a project's amounts, and how the page writes them. */
import { formatAmount } from "../../../format/amount";
import { unitsOf } from "./statement";
import type { Project, Schedule } from "./types";

/** Decimals of the currencies that projects have. */
const DECIMALS: Readonly<Record<string, number>> = { USDC: 6, USDT: 6 };

/** Returns the decimals of a currency. */
export const decimalsOf = (currency: string): number => DECIMALS[currency] ?? 6;

/**
 * Returns a gateway's amount as the page writes it, with its symbol.
 * @example
 * money("12300.5", "USDC"); // "12,300.50 USDC"
 */
export function money(text: string, currency: string): string {
  const decimals = decimalsOf(currency);
  return `${formatAmount(unitsOf(text, decimals), decimals)} ${currency}`;
}

/** Returns base units as the gateway takes them: a decimal text without separators. */
export const amountText = (units: bigint, currency: string): string =>
  formatAmount(units, decimalsOf(currency)).replaceAll(",", "");

/** Returns the fees of a division, in basis points. */
export const payoutFees = (
  schedule: Pick<Schedule, "gatewayFeeBps" | "protocolFeeBps">,
  { terms }: Pick<Project, "terms">,
) => ({
  gatewayFeeBps: schedule.gatewayFeeBps,
  protocolFeeBps: schedule.protocolFeeBps,
  platformFeeBps: terms.platformFeeBps,
});
