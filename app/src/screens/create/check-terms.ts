/** Checks the terms of an escrow as they are typed: days and percent, computed without a float. */
import { type EscrowTerms, toEscrowTerms } from "@milepost/sdk";
import type { DraftTerms } from "./draft";

/** Notes the error of a field, if there is one. */
export type Note = (field: string, error: string | undefined) => void;

const DAY = 86_400;
const PERIODS = {
  reviewDays: "reviewPeriodSecs",
  disputeDays: "disputeWindowSecs",
  mediationDelayDays: "mediationDelaySecs",
  mediationTimeoutDays: "mediationTimeoutSecs",
  deliveryGraceDays: "deliveryGraceSecs",
} as const;
const SHARES = {
  timeoutRecipientPercent: ["timeoutRecipientBps", 100],
  platformFeePercent: ["platformFeeBps", 10],
} as const;

/** Returns the terms in seconds and basis points, or null with their errors noted. */
export function checkTerms(draft: DraftTerms, note: Note): EscrowTerms | null {
  const terms = toEscrowTerms();
  let isValid = true;
  const fail = (name: keyof DraftTerms, error: string) => {
    isValid = false;
    note(`terms.${name}`, error);
  };
  for (const [name, field] of Object.entries(PERIODS) as [keyof typeof PERIODS, never][]) {
    const seconds = scaled(draft[name], DAY);
    const least = name === "mediationDelayDays" ? 0 : 1;
    if (seconds === null || seconds < least || seconds > 365 * DAY) {
      fail(name, `Expected ${least === 0 ? "0" : "more than 0"} to 365 days.`);
    } else terms[field] = seconds as never;
  }
  for (const name of ["timeoutRecipientPercent", "platformFeePercent"] as const) {
    const [field, most] = SHARES[name];
    const bps = scaled(draft[name], 100);
    if (bps === null || bps > most * 100) {
      fail(name, `Expected 0 to ${most} percent, with at most two digits after the point.`);
    } else terms[field] = bps;
  }
  if (isValid && terms.disputeWindowSecs > terms.reviewPeriodSecs) {
    fail("disputeDays", "Enter at most the number of review days.");
  }
  return isValid ? terms : null;
}

/** Returns a decimal text times a factor, when that is a whole number; otherwise null. */
function scaled(text: string, factor: number): number | null {
  if (!/^\d{1,6}(\.\d{1,6})?$/.test(text.trim())) return null;
  const [whole = "0", fraction = ""] = text.trim().split(".");
  const scale = 10n ** BigInt(fraction.length);
  const value = BigInt(whole + fraction) * BigInt(factor);
  return value % scale === 0n ? Number(value / scale) : null;
}
