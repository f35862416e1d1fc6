/** Percentages from JSON numbers, without computing with floats. */
import { GatewayError } from "../errors/gateway-error";

/** A percentage as it was printed: 33.3 is 333 with one digit. */
export interface Percentage {
  /** Value times 10 to the power of `digits`. */
  readonly scaled: bigint;
  /** Digits after the point. */
  readonly digits: number;
}

/** Most digits after the point. */
const MAX_DIGITS = 6;

/**
 * Returns a percentage above 0 and at most 100 by its decimal digits.
 * Throws `GatewayError` (`invalid_request`), which names `param`.
 * @example
 * parsePercentage(33.3, "percentage"); // { scaled: 333n, digits: 1 }
 */
export function parsePercentage(value: number, param: string): Percentage {
  const [, whole, fraction = ""] = /^(\d{1,3})(?:\.(\d+))?$/.exec(String(value)) ?? [];
  if (whole === undefined || fraction.length > MAX_DIGITS || value <= 0 || value > 100) {
    throw new GatewayError(
      "invalid_request",
      `${param}: expected a percentage above 0 and at most 100, with at most ${MAX_DIGITS} decimals, received ${value}`,
      { param },
    );
  }
  return { scaled: BigInt(whole + fraction), digits: fraction.length };
}

/** Returns the percentage in millionths of a percent, as a weight. */
export const percentWeight = ({ scaled, digits }: Percentage): bigint =>
  scaled * 10n ** BigInt(MAX_DIGITS - digits);

/** Weight of 100 percent. */
export const WHOLE_WEIGHT = 100n * 10n ** BigInt(MAX_DIGITS);

/**
 * Returns true when `amount` is that percentage of `total` to its last printed digit, rounded either way.
 * @example
 * isPercentageOf({ scaled: 3333n, digits: 2 }, 1n, 3n); // true
 */
export function isPercentageOf(
  { scaled, digits }: Percentage,
  amount: bigint,
  total: bigint,
): boolean {
  const difference = amount * 100n * 10n ** BigInt(digits) - scaled * total;
  return difference < total && -difference < total;
}
