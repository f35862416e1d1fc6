/** Money between the wire and the chain: decimal strings outside, bigint base units inside. */
import { GatewayError } from "../errors/gateway-error";

/** Decimals of every currency that the gateway takes: USDC and USDT have six. */
export const MAX_DECIMALS = 6;

/** Pattern of an amount on the wire. */
export const AMOUNT_PATTERN = "^\\d{1,13}(\\.\\d{1,6})?$";

const SHAPE = /^(\d{1,13})(?:\.(\d{1,6}))?$/;
const MAX_U64 = (1n << 64n) - 1n;

/**
 * Returns base units. Refuses anything that is not a decimal string, zero, more digits than the mint has (never rounded), and
 * more than an unsigned 64-bit integer.
 * Throws `GatewayError` (`invalid_request`), which names `param`.
 * @example
 * parseAmount("1000.00", 6, "amount"); // 1_000_000_000n
 */
export function parseAmount(text: unknown, decimals: number, param: string): bigint {
  const refuse = (expected: string): never => {
    throw new GatewayError(
      "invalid_request",
      `${param}: expected ${expected}, received ${JSON.stringify(text)}`,
      { param },
    );
  };
  if (typeof text !== "string") return refuse('a decimal string such as "1000.00"');
  const [, whole, fraction = ""] = SHAPE.exec(text) ?? refuse('a decimal string such as "1000.00"');
  if (fraction.length > decimals) return refuse(`at most ${decimals} decimals`);
  const units =
    BigInt(whole!) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, "0") || "0");
  if (units === 0n) return refuse("an amount above zero");
  if (units > MAX_U64) return refuse(`at most ${formatAmount(MAX_U64, decimals)}`);
  return units;
}

/**
 * Returns a decimal string with at least two decimals, as S0 and S2 print amounts.
 * @example
 * formatAmount(300_000_000n, 6); // "300.00"
 * formatAmount(1n, 6); // "0.000001"
 */
export function formatAmount(units: bigint, decimals: number): string {
  const sign = units < 0n ? "-" : "";
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${sign}${whole}.${fraction.padEnd(Math.min(2, decimals), "0")}`.replace(/\.$/, "");
}
