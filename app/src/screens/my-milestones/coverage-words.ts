/** Says how far allowance and balance of a mint reach, and what repairs a gap. */
import type { DelegationCoverage } from "@milepost/sdk";
import { formatAmount } from "../../format/amount";

/** A mint as its amounts are shown. */
export interface ShownMint {
  symbol: string;
  decimals: number;
}

/** Coverage of one mint, ready to be shown. */
export interface CoverageView {
  /** Share of the promises that is covered, 0 to 100, rounded down. */
  percent: number;
  isCovered: boolean;
  /** Sentence beside the bar. */
  text: string;
  /** Unix seconds from which a payment fails, 0 where it may fail at any time; null while all are covered. */
  fallsShortAt: number | null;
  /** Step that repairs the allowance. */
  repair: "sync" | "replace" | null;
  /** Base units that only the owner can add; 0 when the balance suffices. */
  missingBalance: bigint;
}

/**
 * Returns the view of one mint's coverage. An allowance is repaired by a signature, a balance by money only.
 * @example
 * coverageView(coverage, { symbol: "USDC", decimals: 6 }).percent; // 80
 */
export function coverageView(coverage: DelegationCoverage, mint: ShownMint): CoverageView {
  const committed = BigInt(coverage.committed.toString());
  const shortfall = BigInt(coverage.shortfall.toString());
  const missingBalance = BigInt(coverage.balanceShortfall.toString());
  const missingAllowance = BigInt(coverage.allowanceShortfall.toString());
  const amount = (units: bigint) => `${formatAmount(units, mint.decimals)} ${mint.symbol}`;
  const covered = committed - shortfall;
  const { firstUncovered } = coverage;
  return {
    percent: committed === 0n ? 100 : Number((covered * 100n) / committed),
    isCovered: shortfall === 0n,
    text:
      shortfall === 0n
        ? `All ${amount(committed)} that your payments may pull is covered.`
        : `${amount(covered)} of ${amount(committed)} is covered. ${amount(shortfall)} more is needed.`,
    fallsShortAt: firstUncovered ? (firstUncovered.dueAt?.toNumber() ?? 0) : null,
    repair: missingAllowance === 0n ? null : isForeign(coverage) ? "replace" : "sync",
    missingBalance,
  };
}

/** Returns true when another program is the delegate of the token account. */
function isForeign({ delegate, userPayment }: DelegationCoverage): boolean {
  return delegate !== null && !delegate.equals(userPayment);
}
