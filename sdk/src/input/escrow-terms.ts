import { BPS_DENOMINATOR, DEFAULT_ESCROW_TERMS, MAX_PLATFORM_FEE_BPS } from "../protocol";
import { type PeriodField, requirePeriod, requireWindowWithinReview } from "../rules/escrow-terms";
import type { EscrowTerms } from "../types";
import { toBps, toU32 } from "./numbers";

/**
 * Checks terms by the program's rules and fills in the defaults. Throws `InvalidInputError`.
 * @example
 * toEscrowTerms({ platformFeeBps: 250 }).reviewPeriodSecs; // 604_800
 */
export function toEscrowTerms(given: Partial<EscrowTerms> = {}): EscrowTerms {
  const bps = (field: "timeoutRecipientBps" | "platformFeeBps", max: number) =>
    toBps(given[field] ?? DEFAULT_ESCROW_TERMS[field], `terms.${field}`, max);
  const period = (field: PeriodField, fallback: number = DEFAULT_ESCROW_TERMS[field]) => {
    const seconds = toU32(given[field] ?? fallback, `terms.${field}`);
    requirePeriod(seconds, field);
    return seconds;
  };
  const reviewPeriodSecs = period("reviewPeriodSecs");
  const shorter = Math.min(reviewPeriodSecs, DEFAULT_ESCROW_TERMS.disputeWindowSecs);
  const disputeWindowSecs = period("disputeWindowSecs", shorter);
  requireWindowWithinReview(disputeWindowSecs, reviewPeriodSecs);
  return {
    reviewPeriodSecs,
    disputeWindowSecs,
    mediationDelaySecs: period("mediationDelaySecs"),
    mediationTimeoutSecs: period("mediationTimeoutSecs"),
    deliveryGraceSecs: period("deliveryGraceSecs"),
    timeoutRecipientBps: bps("timeoutRecipientBps", BPS_DENOMINATOR),
    platformFeeBps: bps("platformFeeBps", MAX_PLATFORM_FEE_BPS),
  };
}
