/** A milestone's percentage beside its amount: the amount counts, and the percentage must agree with it. */
import { GatewayError } from "../errors/gateway-error";
import { isPercentageOf, type Percentage } from "../money/percentage";

/**
 * Returns the percentage of `amount` in `total`, rounded half up to `digits` digits after the point.
 * @example
 * percentageOf(1n, 3n, 1); // "33.3"
 */
export function percentageOf(amount: bigint, total: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const scaled = (2n * amount * 100n * scale + total) / (2n * total);
  const fraction = digits === 0 ? "" : `.${(scaled % scale).toString().padStart(digits, "0")}`;
  return `${scaled / scale}${fraction}`;
}

/**
 * Refuses a percentage that is not the amount's to its last printed digit.
 * Throws `GatewayError` (`percentage_mismatch`).
 */
export function requireAgreement(
  percentage: Percentage,
  amount: bigint,
  total: bigint,
  received: number,
): void {
  if (isPercentageOf(percentage, amount, total)) return;
  const actual = percentageOf(amount, total, Math.max(percentage.digits, 2));
  throw new GatewayError(
    "percentage_mismatch",
    `percentage: expected ${actual} (the amount counts), received ${received}. Correct it, or leave it out.`,
    { param: "percentage" },
  );
}
