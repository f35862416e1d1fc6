/** States of a payment intent and of its settlement, as Finternet names them. */
import type { Transitions } from "../status/status-machine";

export const INTENT_STATUSES = [
  "INITIATED",
  "REQUIRES_SIGNATURE",
  "PROCESSING",
  "SUCCEEDED",
  "SETTLED",
  "FINAL",
  "CANCELED",
  "REQUIRES_ACTION",
] as const;

/** State of a payment intent. */
export type IntentStatus = (typeof INTENT_STATUSES)[number];

/**
 * What may follow. Only `REQUIRES_ACTION` leads back: the chain took something back, or a transaction can never land, and the
 * intent continues from what the chain has.
 */
export const INTENT_TRANSITIONS: Transitions<IntentStatus> = {
  INITIATED: ["REQUIRES_SIGNATURE", "PROCESSING", "CANCELED"],
  REQUIRES_SIGNATURE: ["PROCESSING", "CANCELED", "REQUIRES_ACTION"],
  PROCESSING: ["SUCCEEDED", "CANCELED", "REQUIRES_ACTION"],
  // Canceled: every milestone went back to the payer.
  SUCCEEDED: ["SETTLED", "CANCELED", "REQUIRES_ACTION"],
  // Final: the chain can take nothing back any more.
  SETTLED: ["FINAL", "REQUIRES_ACTION"],
  REQUIRES_ACTION: ["PROCESSING", "SUCCEEDED", "SETTLED", "CANCELED"],
  FINAL: [],
  // The chain took a refund back.
  CANCELED: ["REQUIRES_ACTION"],
};

export const INTENT_SETTLEMENT_STATUSES = [
  "PENDING",
  "IN_PROGRESS",
  "COMPLETED",
  "FAILED",
] as const;

/** State of an intent's settlement; null before the money is in. */
export type IntentSettlementStatus = (typeof INTENT_SETTLEMENT_STATUSES)[number];
