/** Which inputs each action needs before its transaction is built. */
import type { NextAction } from "@milepost/sdk";

/** Form of an action; `none` is built at the click, and reviewed before the wallet is asked. */
export type ActionForm =
  | "none"
  | "confirm"
  | "fund"
  | "accept"
  | "deliver"
  | "approve"
  | "dispute"
  | "decide"
  | "together"
  | "move";

/** Actions that take something away are explained once more before they are built. */
const FORMS: Partial<Record<NextAction["instruction"], ActionForm>> = {
  acceptEscrow: "accept",
  approveMilestone: "approve",
  changePaymentPolicyStatus: "confirm",
  closeEscrow: "confirm",
  deletePaymentPolicy: "confirm",
  disputeMilestone: "dispute",
  fundMilestones: "fund",
  openEscrow: "move",
  reclaimMilestone: "confirm",
  resolveDispute: "decide",
  settleMilestone: "together",
  submitMilestone: "deliver",
};

/** Returns the form of an action. */
export function formOf({ instruction, cosigner }: NextAction): ActionForm {
  return cosigner ? "together" : (FORMS[instruction] ?? "none");
}
