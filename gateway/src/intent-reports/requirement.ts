/** A requirement of an intent's next payment, in the words of people who pay and are paid. */

/** Names of requirements, in the order in which they are shown. */
export const REQUIREMENTS = [
  "schedule_complete",
  "money_in_escrow",
  "terms_accepted",
  "previous_milestone_ended",
  "work_completed",
  "work_submitted",
  "delivery_proven",
  "order_on_its_way",
  "date_reached",
  "approved",
  "no_dispute",
  "payee_can_receive",
  "fees_can_be_paid",
  "escrow_can_pay",
  "currency_supported",
  "payment_requested",
  "payment_sent",
] as const;

/** Name of a requirement. */
export type RequirementName = (typeof REQUIREMENTS)[number];

export const MISSING = ["payer", "payee", "mediator", "platform", "gateway", "time"] as const;

/** Party that must act. `platform`: the holder of the API key. `gateway`: this service. `time`: no party; the date must come. */
export type Missing = (typeof MISSING)[number];

/** A requirement. */
export interface Requirement {
  name: RequirementName;
  isMet: boolean;
  message: string;
  /** Null when it is met. */
  missing: Missing | null;
  /** Unix seconds from which it is met by itself; null where the clock does not decide. */
  at: bigint | null;
}

/** Returns a requirement that is met. */
export const met = (name: RequirementName, message: string): Requirement => ({
  name,
  isMet: true,
  message,
  missing: null,
  at: null,
});

/** Returns a requirement that is not met. */
export const unmet = (
  name: RequirementName,
  missing: Missing,
  message: string,
  at: bigint | null = null,
): Requirement => ({ name, isMet: false, message, missing, at });
