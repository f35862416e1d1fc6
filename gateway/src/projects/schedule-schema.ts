/** Shape of the payment schedule. */
import { type Static, Type } from "@sinclair/typebox";
import { Amount, oneOf, orNull, Seconds } from "./schema";

const Scheduled = Type.Object({
  milestoneId: Type.String(),
  index: Type.Integer(),
  title: Type.String(),
  amount: Amount("Amount for the contractor."),
  fee: Amount("Platform fee that the homeowner pays on top."),
  total: Amount("What the homeowner pays."),
  gatewayFee: Amount("Fee of the gateway, taken from the amount."),
  protocolFee: Amount("Fee of the protocol, taken from the amount."),
  net: Amount("What the contractor receives when the milestone is paid in full."),
  dueDate: orNull(Seconds("Date by which the work is to be delivered.")),
  remaining: Amount("What the homeowner still pays after this milestone."),
});

export const PaymentSchedule = Type.Object({
  object: Type.Literal("payment_schedule"),
  projectId: Type.String(),
  status: oneOf(["provisional", "fixed"] as const, "Fixed from the finalization on."),
  currency: Type.String(),
  platformFeeBps: Type.Integer(),
  gatewayFeeBps: Type.Integer(),
  protocolFeeBps: Type.Integer(),
  payments: Type.Array(Scheduled),
  amount: Amount("Sum of the amounts."),
  fee: Amount("Sum of the platform fees."),
  total: Amount("Sum that the homeowner pays."),
  net: Amount("Sum that the contractor receives when all is paid in full."),
});
export type PaymentSchedule = Static<typeof PaymentSchedule>;
