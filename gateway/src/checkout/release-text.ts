/** Sentences about a payment for the person who pays: what releases the money, and what their silence does. Pure. */
import type { EscrowTerms } from "@milepost/sdk";
import type { Intent } from "../intents/intent";
import { isGatewayRelease } from "../intents/release-plan";
import { utc } from "../time/utc";

type Release = Pick<Intent, "releaseCondition" | "timeLockUntil">;

/** Returns who or what releases the money. */
export function releaseText({ releaseCondition, timeLockUntil }: Release): string {
  const from = timeLockUntil === null ? "" : `, but not before ${utc(timeLockUntil)}`;
  switch (releaseCondition) {
    case 0:
      return "It is paid to the payee at once, without escrow and without a guarantee.";
    case 2:
    case 3:
      return `It is held in escrow. The platform decides when it is released to the payee${from}.`;
    default:
      return `It is held in escrow. It is released to the payee when you approve the work, or when you do not object in time after it is submitted${from}.`;
  }
}

/** Returns what happens when the payer does nothing after the payment; `terms` is null for a payment without escrow. */
export function silenceText(
  { releaseCondition, timeLockUntil }: Release,
  terms: EscrowTerms | null,
): string {
  if (terms === null) return "Nothing is left to decide after the payment.";
  const lock = timeLockUntil === null ? "" : `, but not before ${utc(timeLockUntil)}`;
  const since = timeLockUntil === null ? "its turn" : utc(timeLockUntil);
  const share = `${terms.timeoutRecipientBps / 100} percent`;
  return [
    ...(isGatewayRelease(releaseCondition)
      ? [`The platform can release the money without you${lock}.`]
      : []),
    `After the payee submits the work on chain, your silence counts as approval: the money can be released ${durationOf(terms.reviewPeriodSecs)} later${lock}.`,
    `You can dispute it in the first ${durationOf(terms.disputeWindowSecs)}.`,
    `If the mediator does not decide a dispute within ${durationOf(terms.mediationTimeoutSecs)} of mediation, the payee gets ${share} of it.`,
    `If the payee does not submit a milestone within ${durationOf(terms.deliveryGraceSecs)} of ${since}, you can take its money back.`,
  ].join(" ");
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
];

/**
 * Returns a period in its largest whole unit.
 * @example
 * durationOf(604_800); // "7 days"
 */
export function durationOf(seconds: number): string {
  const [unit, name] = UNITS.find(([size]) => seconds % size === 0) ?? [1, "second"];
  const count = seconds / unit;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
