/** The deadlines of a generated state, and the second that its clock is set to. */
import { START_TIME } from "../../harness";
import type { ReleaseState } from "./state";

export const NOW = Number(START_TIME);
/** No two deadlines are within a second of each other. */
export const TERMS = {
  reviewPeriodSecs: 700,
  disputeWindowSecs: 500,
  mediationDelaySecs: 300,
  mediationTimeoutSecs: 1_400,
  deliveryGraceSecs: 200,
  timeoutRecipientBps: 6_000,
};

export const MEDIATION_AT = NOW + 10 + TERMS.mediationDelaySecs;

/** Long past, unless the clock is to be at it. */
export function dueDate({ deadline }: ReleaseState): number {
  return deadline === "due" ? NOW + 900 : NOW - 1_000;
}

/** The clock's second: at the deadline, or long after all of them. */
export function clockOf({ deadline, offset }: ReleaseState): number {
  const at = {
    due: NOW + 900,
    review: NOW + TERMS.reviewPeriodSecs,
    mediation: MEDIATION_AT,
    expiry: MEDIATION_AT + TERMS.mediationTimeoutSecs,
    far: NOW + 10_000,
  };
  return at[deadline] + offset;
}
