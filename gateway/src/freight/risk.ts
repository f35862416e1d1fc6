/** What a shipment's risk means for its payment: a tier, a schedule, and when each part of it is released. Pure. */
import type { EventType } from "./event-types";

/** Tiers, from the lowest risk. */
export const RISK_TIERS = ["low", "medium", "high"] as const;
/** One of `RISK_TIERS`. */
export type RiskTier = (typeof RISK_TIERS)[number];

/** Score of a shipment that nobody scored, as spec 004 prints it. */
export const DEFAULT_RISK_SCORE = 0.45;

/** Seconds between an event and a delayed release. */
export const DELAY_SECS = 86_400n;

/**
 * Returns the tier of a score from 0 to 1; a shipment without a score is of medium risk.
 * @example
 * tierOf(0.45); // "medium"
 */
export function tierOf(score: number | null): RiskTier {
  if (score === null) return "medium";
  if (score < 0.33) return "low";
  return score < 0.67 ? "medium" : "high";
}

/** Part of a payment that an event releases. */
export interface SchedulePart {
  eventType: EventType;
  /** Share in hundredths of a percent. */
  bps: bigint;
}

const parts = (pickup: bigint, delivery: bigint, claims: bigint): readonly SchedulePart[] => [
  { eventType: "PICKUP_CONFIRMED", bps: pickup },
  { eventType: "POD_CONFIRMED", bps: delivery },
  { eventType: "CLAIM_WINDOW_CLOSED", bps: claims },
];

/** Parts per tier, in order; those of a tier sum to 10,000. */
export const SCHEDULES: Readonly<Record<RiskTier, readonly SchedulePart[]>> = {
  low: parts(2_000n, 7_000n, 1_000n),
  medium: parts(1_000n, 7_000n, 2_000n),
  high: parts(0n, 8_000n, 2_000n),
};

/** When the part that an event unlocked is released: at once, a day later, or after an approval by hand. */
export type Release = "immediate" | "delayed" | "manual";

/**
 * Returns when the part of an event is released.
 * @example
 * releaseOf("medium", "POD_CONFIRMED"); // "immediate"
 */
export function releaseOf(tier: RiskTier, eventType: EventType): Release {
  if (tier === "low") return "immediate";
  if (tier === "high") return "manual";
  return eventType === "POD_CONFIRMED" ? "immediate" : "delayed";
}

/** Returns what ChainPay recommends for a tier. */
export function recommendationOf(tier: RiskTier): { delay: string; action: string } {
  switch (tier) {
    case "low":
      return { delay: "immediate", action: "APPROVE_IMMEDIATELY - Low risk token" };
    case "medium":
      return { delay: "24 hours", action: "APPROVE_WITH_DELAY - Monitor during 24h window" };
    case "high":
      return {
        delay: "manual review",
        action: "REQUIRES_MANUAL_REVIEW - High risk, needs approval",
      };
  }
}
