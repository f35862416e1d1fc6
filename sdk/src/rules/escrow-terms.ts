import { MAX_PERIOD_SECS } from "../protocol";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";
import type { EscrowTerms } from "../types";

/** The terms' names, in the order of the instructions' arguments. */
export const TERM_FIELDS = [
  "reviewPeriodSecs",
  "disputeWindowSecs",
  "mediationDelaySecs",
  "mediationTimeoutSecs",
  "deliveryGraceSecs",
  "timeoutRecipientBps",
  "platformFeeBps",
] as const satisfies readonly (keyof EscrowTerms)[];

/** Name of a term that is a number of seconds. */
export type PeriodField = Exclude<keyof EscrowTerms, "timeoutRecipientBps" | "platformFeeBps">;

/** Shortest value of each period, in seconds. */
const MIN_PERIOD_SECS: Readonly<Record<PeriodField, number>> = {
  reviewPeriodSecs: 1,
  disputeWindowSecs: 1,
  mediationDelaySecs: 0,
  mediationTimeoutSecs: 1,
  deliveryGraceSecs: 1,
};

/** Checks the length of one period. Throws `InvalidInputError`. */
export function requirePeriod(seconds: number, period: PeriodField): void {
  const min = MIN_PERIOD_SECS[period];
  if (seconds >= min && seconds <= MAX_PERIOD_SECS) return;
  throw new InvalidInputError({
    field: `terms.${period}`,
    expected: `seconds from ${min} to ${MAX_PERIOD_SECS} (365 days)`,
    received: seconds,
    code: MilepostErrorCode.InputPeriod,
  });
}

/** Checks that the owner cannot dispute after the review. Throws `InvalidInputError`. */
export function requireWindowWithinReview(
  disputeWindowSecs: number,
  reviewPeriodSecs: number,
): void {
  if (disputeWindowSecs <= reviewPeriodSecs) return;
  throw new InvalidInputError({
    field: "terms.disputeWindowSecs",
    expected: `at most reviewPeriodSecs (${reviewPeriodSecs})`,
    received: disputeWindowSecs,
    code: MilepostErrorCode.InputPeriod,
  });
}
