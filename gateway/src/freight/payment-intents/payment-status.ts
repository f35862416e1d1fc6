/** States of a payment intent and of a milestone settlement. Pure. */
import type { Transitions } from "../../status/status-machine";

/** States, as ChainPay prints them. */
export const PAYMENT_STATUSES = [
  "pending",
  "approved",
  "settled",
  "delayed",
  "rejected",
  "cancelled",
] as const;
/** One of `PAYMENT_STATUSES`. */
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** What may follow. `settled` is written only with what the chain says; a rejection ends with an approval by hand. */
export const PAYMENT_TRANSITIONS: Transitions<PaymentStatus> = {
  pending: ["approved", "delayed", "rejected", "settled", "cancelled"],
  delayed: ["delayed", "approved", "settled", "cancelled"],
  rejected: ["rejected", "approved", "settled", "cancelled"],
  approved: ["approved", "settled", "cancelled"],
  settled: [],
  cancelled: [],
};
