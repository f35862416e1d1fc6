import {
  BPS_DENOMINATOR,
  DEFAULT_ESCROW_TERMS,
  MAX_PERIOD_SECS,
  MAX_PLATFORM_FEE_BPS,
} from "../constants";
import { InvalidInputError } from "../errors/input";
import { MilepostErrorCode } from "../errors/codes";
import { toBps, toU32 } from "../input/numbers";

/** What both parties sign: the owner with `openEscrow`, the recipient with `acceptEscrow`. Fixed from then on. */
export interface EscrowTerms {
  /** 1 to 31,536,000 s: silence after which a submission counts as approved. Default: 7 days. */
  reviewPeriodSecs: number;
  /**
   * 1 s to the review period: how long after a submission the owner may dispute it. Default: 5 days, or the review
   * period where that is shorter.
   */
  disputeWindowSecs: number;
  /** 0 to 31,536,000 s: from a dispute to mediation by itself. Default: 3 days. */
  mediationDelaySecs: number;
  /** 1 to 31,536,000 s: from mediation until anyone may crank the agreed split. Default: 14 days. */
  mediationTimeoutSecs: number;
  /**
   * 1 to 31,536,000 s: from the due date, or from when it could be submitted if that is later, until the owner may reclaim
   * what was not submitted. Default: 7 days.
   */
  deliveryGraceSecs: number;
  /** 0 to 10,000 bps: the recipient's share when the mediation times out. Default: 5,000. */
  timeoutRecipientBps: number;
  /** 0 to 1,000 bps: what the owner pays the gateway on top of each milestone. Default: 0. */
  platformFeeBps: number;
}

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

/**
 * Terms with the defaults filled in, by the program's rules. Throws `InvalidInputError`.
 * @example
 * toEscrowTerms({ platformFeeBps: 250 }).reviewPeriodSecs; // 604_800
 */
export function toEscrowTerms(given: Partial<EscrowTerms> = {}): EscrowTerms {
  const bps = (field: "timeoutRecipientBps" | "platformFeeBps", max: number) =>
    toBps(given[field] ?? DEFAULT_ESCROW_TERMS[field], `terms.${field}`, max);
  const period = (
    field: PeriodField,
    min: number,
    fallback: number = DEFAULT_ESCROW_TERMS[field],
  ) => toPeriod(given[field] ?? fallback, `terms.${field}`, min);
  const reviewPeriodSecs = period("reviewPeriodSecs", 1);
  const shorter = Math.min(reviewPeriodSecs, DEFAULT_ESCROW_TERMS.disputeWindowSecs);
  const disputeWindowSecs = period("disputeWindowSecs", 1, shorter);
  if (disputeWindowSecs > reviewPeriodSecs) {
    throw new InvalidInputError({
      field: "terms.disputeWindowSecs",
      expected: `at most reviewPeriodSecs (${reviewPeriodSecs})`,
      received: disputeWindowSecs,
      code: MilepostErrorCode.InputPeriod,
    });
  }
  return {
    reviewPeriodSecs,
    disputeWindowSecs,
    mediationDelaySecs: period("mediationDelaySecs", 0),
    mediationTimeoutSecs: period("mediationTimeoutSecs", 1),
    deliveryGraceSecs: period("deliveryGraceSecs", 1),
    timeoutRecipientBps: bps("timeoutRecipientBps", BPS_DENOMINATOR),
    platformFeeBps: bps("platformFeeBps", MAX_PLATFORM_FEE_BPS),
  };
}

type PeriodField = Exclude<keyof EscrowTerms, "timeoutRecipientBps" | "platformFeeBps">;

function toPeriod(value: number, field: string, min: number): number {
  const seconds = toU32(value, field);
  if (seconds < min || seconds > MAX_PERIOD_SECS) {
    throw new InvalidInputError({
      field,
      expected: `seconds from ${min} to ${MAX_PERIOD_SECS} (365 days)`,
      received: value,
      code: MilepostErrorCode.InputPeriod,
    });
  }
  return seconds;
}
