/** Amounts and times as spec 004 writes them: JSON numbers beside exact decimal strings, ISO 8601 without milliseconds. */
import { type Static, Type } from "@sinclair/typebox";
import type { Currency } from "../chain/chain-runtime";
import { GatewayError } from "../errors/gateway-error";
import { formatAmount, MAX_DECIMALS, parseAmount } from "../money/amount";

/** An amount in a request. A number with more digits than a double holds arrives as a string, so that none is lost. */
export const Amount = Type.Union([Type.Number(), Type.String({ maxLength: 32 })], {
  description: "Amount above zero with at most 6 decimals: 10000.00, or as a string.",
});
export type Amount = Static<typeof Amount>;

/** Returns base units of six decimals. Throws `GatewayError` (`invalid_request`), which names `param`. */
export function toUnits(value: Amount, param: string): bigint {
  // A double prints as the shortest decimal that means it: the digits that were sent.
  const text = String(value);
  if (!/^\d{1,13}(\.\d{1,6})?$/.test(text)) {
    throw new GatewayError(
      "invalid_request",
      `${param}: expected an amount above zero with at most ${MAX_DECIMALS} decimals, such as 10000.00, received ${JSON.stringify(value)}`,
      { param },
    );
  }
  return parseAmount(text, MAX_DECIMALS, param);
}

/** Returns the decimal string of base units. */
export const toDecimal = (units: bigint): string => formatAmount(units, MAX_DECIMALS);

/** Returns the JSON number of base units, for display: the decimal string beside it is exact. */
export const toNumber = (units: bigint): number => Number(toDecimal(units));

/** Currency names of a request. */
export const CurrencyName = Type.Union(
  [Type.Literal("USD"), Type.Literal("USDC"), Type.Literal("USDT")],
  { default: "USD", description: "USD is settled in USDC." },
);
export type CurrencyName = Static<typeof CurrencyName>;

/** Returns the token that a currency is settled in. */
export const settledIn = (currency: CurrencyName): Currency =>
  currency === "USD" ? "USDC" : currency;

/** A time in a request. */
export const Time = Type.String({
  maxLength: 40,
  description: "ISO 8601, such as 2025-11-07T14:30:00Z. Without an offset it is UTC.",
});

const TIME =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** Returns the time. Throws `GatewayError` (`invalid_request`), which names `param`. */
export function parseTime(text: string, param: string): Date {
  const [whole, offset] = TIME.exec(text) ?? [];
  const isDateOnly = whole?.length === 10;
  const time = new Date(whole && !offset && !isDateOnly ? `${whole}Z` : text);
  const year = time.getUTCFullYear();
  if (whole && year >= 1970 && year <= 2200) return time;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected a time such as 2025-11-07T14:30:00Z, received ${JSON.stringify(text)}`,
    { param },
  );
}

/** Seconds by which a reporter's clock may be ahead of the chain's. */
const CLOCK_SKEW_SECS = 300n;

/** Returns the time of an event. Refuses one after the chain's time, as what has not happened pays nothing. */
export function parsePastTime(text: string, param: string, chainTime: bigint): Date {
  const time = parseTime(text, param);
  if (time <= fromSeconds(chainTime + CLOCK_SKEW_SECS)) return time;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected a time that has passed: the chain's is ${showTime(fromSeconds(chainTime))}, received ${JSON.stringify(text)}`,
    { param },
  );
}

/** Returns a time as answers have it; null stays null. */
export function showTime(time: Date): string;
export function showTime(time: Date | null): string | null;
export function showTime(time: Date | null): string | null {
  return time === null ? null : new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** Returns a time of the chain as a date. */
export const fromSeconds = (seconds: bigint): Date => new Date(Number(seconds) * 1_000);
