/** Rule: the contractor's share of a milestone in a decision or a settlement. */
import { GatewayError } from "../errors/gateway-error";
import { AMOUNT_PATTERN, formatAmount } from "../money/amount";
import type { Decide } from "./schema";

/** Money of the milestone that is divided. */
export interface Divided {
  /** Base units. */
  amount: bigint;
  decimals: number;
}

/**
 * Returns a share from zero to the whole amount, in base units. Refuses more digits than the currency has.
 * Throws `GatewayError` (`invalid_request`), which names `param`.
 */
export function parseShare(text: string, { amount, decimals }: Divided, param: string): bigint {
  const [, whole, fraction = ""] = /^(\d{1,13})(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  const units =
    whole === undefined || fraction.length > decimals
      ? null
      : BigInt(whole + fraction.padEnd(decimals, "0"));
  if (units !== null && units <= amount) return units;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected an amount from 0.00 to ${formatAmount(amount, decimals)} that matches ${AMOUNT_PATTERN}, received ${JSON.stringify(text)}`,
    { param },
  );
}

/**
 * Returns the contractor's share that a mediator decided on.
 * Throws `GatewayError` (`invalid_request`).
 * @example
 * shareOf({ outcome: "split", recipientAmount: "180.00" }, { amount: 300_000_000n, decimals: 6 }); // 180_000_000n
 */
export function shareOf(
  { outcome, recipientAmount }: Pick<Decide, "outcome" | "recipientAmount">,
  divided: Divided,
): bigint {
  const param = "recipientAmount";
  if (outcome === "split") {
    if (recipientAmount === undefined) {
      throw new GatewayError("invalid_request", `${param}: required for a split, and missing`, {
        param,
      });
    }
    const share = parseShare(recipientAmount, divided, param);
    if (share > 0n && share < divided.amount) return share;
    const other = share === 0n ? "refund" : "full";
    throw new GatewayError(
      "invalid_request",
      `${param}: ${recipientAmount} is not a split. Send the outcome ${other} instead.`,
      { param },
    );
  }
  const share = outcome === "full" ? divided.amount : 0n;
  if (recipientAmount === undefined || parseShare(recipientAmount, divided, param) === share) {
    return share;
  }
  throw new GatewayError(
    "invalid_request",
    `${param}: the outcome ${outcome} means ${formatAmount(share, divided.decimals)}, received ${recipientAmount}. Leave it out.`,
    { param },
  );
}
