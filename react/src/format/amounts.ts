/** Amounts of base units as exact decimal text, without a float on the way. */

/** Object that prints as a decimal number, such as a `BN`. */
export interface PrintableNumber {
  /** Returns the number in decimal digits. */
  toString(): string;
}

/** Value that prints as a decimal number: a `BN`, a `bigint`, decimal text, or a safe `number`. */
export type AmountInput = PrintableNumber | bigint | number | string;

/**
 * Formats base units as exact decimal text. Groups of three digits are set apart by `group`.
 * @example
 * import { formatAmount } from "@milepost/react";
 *
 * formatAmount(4_000_500_000n, 6); // "4,000.50"
 * formatAmount(1n, 6); // "0.000001"
 */
export function formatAmount(amount: AmountInput, decimals: number, group = ","): string {
  const value = BigInt(amount.toString());
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals);
  // Two digits at least where there are any, as money is written.
  const least = Math.min(2, decimals);
  const kept = fraction.slice(0, Math.max(least, fraction.replace(/0+$/, "").length));
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return `${value < 0n ? "-" : ""}${grouped}${kept ? `.${kept}` : ""}`;
}

/**
 * Parses what a person typed into base units. Returns null for anything other than a plain decimal number with at most
 * `decimals` digits after the point.
 * @example
 * import { parseAmount } from "@milepost/react";
 *
 * parseAmount("4,000.5", 6); // 4000500000n
 * parseAmount("0.0000001", 6); // null: more digits than the token has
 */
export function parseAmount(text: string, decimals: number): bigint | null {
  const match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d*))?$|^\.(\d+)$/.exec(text.trim());
  if (!match) return null;
  const whole = (match[1] ?? "0").replaceAll(",", "");
  const fraction = (match[2] ?? match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > decimals) return null;
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/**
 * Formats basis points as a percentage.
 * @example
 * import { formatBps } from "@milepost/react";
 *
 * formatBps(250); // "2.5%"
 */
export function formatBps(bps: number): string {
  const text = formatAmount(BigInt(bps), 2).replace(/\.?0+$/, "");
  return `${text === "" ? "0" : text}%`;
}
