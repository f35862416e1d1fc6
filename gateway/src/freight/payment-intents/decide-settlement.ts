/** Decides what a request to settle does, by the tier and the chain's time. Pure. */
import { DELAY_SECS, type RiskTier } from "../risk";

/** A decision about a payment. */
export interface Decision {
  action: "approved" | "delayed" | "rejected";
  reason: string;
  /** Chain's time in Unix seconds until which it is delayed; null otherwise. */
  delayedUntil: bigint | null;
  /** True where settlements are released before their own delay has passed. */
  isForced: boolean;
}

/** Input of `decideSettlement`. */
export interface SettleRequest {
  tier: RiskTier;
  /** End of a delay that an earlier request began; null without one. */
  delayedUntil: bigint | null;
  force: boolean;
  /** The chain's time in Unix seconds. */
  now: bigint;
}

const isoOf = (seconds: bigint): string =>
  new Date(Number(seconds) * 1_000).toISOString().replace(/\.\d{3}Z$/, "Z");

/**
 * Returns what a request to settle does: low risk is approved, medium risk 24 hours later, high risk only by hand.
 * @example
 * decideSettlement({ tier: "high", delayedUntil: null, force: false, now: 1_800_000_000n }).action; // "rejected"
 */
export function decideSettlement({ tier, delayedUntil, force, now }: SettleRequest): Decision {
  if (tier === "low") return approved("Low risk - immediate settlement", force);
  if (force) {
    return approved(
      tier === "high"
        ? "High risk - manual override approved"
        : "Medium risk - delay ended by manual override",
      true,
    );
  }
  if (tier === "high") {
    return {
      action: "rejected",
      reason: "High risk token - requires manual review and force_approval flag",
      delayedUntil: null,
      isForced: false,
    };
  }
  const until = delayedUntil ?? now + DELAY_SECS;
  if (now >= until) return approved("Medium risk - 24h delay period completed", false);
  return {
    action: "delayed",
    reason: `Medium risk - settlement delayed until ${isoOf(until)}`,
    delayedUntil: until,
    isForced: false,
  };
}

const approved = (reason: string, isForced: boolean): Decision => ({
  action: "approved",
  reason,
  delayedUntil: null,
  isForced,
});
