/** What a payment guarantees. Pure. */
import type { Checkout } from "./checkout-view";

/** What a kind of payment guarantees to its payer. */
export interface Guarantee {
  title: string;
  /** Sentences, the most important one first. */
  points: string[];
  isGuaranteed: boolean;
}

/** Fields that decide the guarantee. */
type Subject = Pick<Checkout, "releaseType" | "mediator" | "consent">;

/**
 * Returns the guarantee of a payment by its release type. A consented pull has none, and says so.
 * @example
 * guaranteeOf({ releaseType: null, mediator: null, consent }).title; // "No guarantee"
 */
export function guaranteeOf({ releaseType, mediator }: Subject, isAutomatic: boolean): Guarantee {
  if (releaseType === null) {
    return {
      title: "No guarantee",
      points: [
        "The payee gets the money at once. Nothing waits in escrow.",
        "You cannot dispute it or take it back here.",
      ],
      isGuaranteed: false,
    };
  }
  const points = [
    isAutomatic
      ? "The money waits in an escrow on chain until the platform releases it."
      : "The money waits in an escrow on chain until you approve the work or the review period ends without a dispute.",
    "It can only go to the payee named here, or back to you. No key of the platform can change that.",
  ];
  if (releaseType === "TIME_LOCKED") points.push("Nobody can release it before the date below.");
  if (mediator !== null) points.push("The mediator named here decides a dispute.");
  return { title: "Held in escrow", points, isGuaranteed: true };
}
