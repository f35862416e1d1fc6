import { type AmountInput, formatAmount } from "../format/amounts";

/** Properties of `AmountText`. */
export interface AmountTextProps {
  /** Base units: a `BN`, a `bigint` or decimal text. */
  amount: AmountInput;
  /** Decimals of the token; null shows base units. */
  decimals: number | null;
  /** Symbol behind the amount. Default: none. */
  symbol?: string | null;
  /** True to write a plus before a positive amount. Default: false. */
  isChange?: boolean;
  /** Additional class names. */
  className?: string;
}

/**
 * Shows an amount exactly, to the last base unit.
 * @example
 * import { AmountText } from "@milepost/react";
 *
 * <AmountText amount={4_000_500_000n} decimals={6} symbol="USDC" />; // 4,000.50 USDC
 */
export function AmountText({
  amount,
  decimals,
  symbol,
  isChange = false,
  className,
}: AmountTextProps) {
  const text = formatAmount(amount, decimals ?? 0);
  const isNegative = text.startsWith("-");
  const isZero = /^-?[0,.]+$/.test(text);
  const sign = isChange && !isNegative && !isZero ? "+" : "";
  const unit = decimals === null ? "base units" : symbol;
  const state = isNegative ? "negative" : isZero ? "zero" : "positive";
  return (
    <span className={classes("milepost-amount", className)} data-state={state}>
      {/* A hyphen is read as a dash, the minus sign as minus. */}
      {`${sign}${text.replace("-", "\u2212")}${unit ? ` ${unit}` : ""}`}
    </span>
  );
}

/** Joins class names. */
export function classes(...names: (string | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}
