/** Words of a party's actions: on the button, as the title of the review, and what it means. */
import type { ActionName, Project } from "./types";

/** Words of an action. */
export interface ActionLabel {
  /** Text of the button. */
  button: string;
  /** Consequence in one sentence, beside the button. */
  hint: string;
}

/** Actions whose form asks for something first. */
export const FORM_ACTIONS: readonly ActionName[] = [
  "accept_terms",
  "submit",
  "dispute",
  "propose_settlement",
  "decide",
];

/**
 * Returns the words of an action on a milestone.
 * @example
 * actionLabel("fund", project, milestone).button; // "Pay 307.50 USDC into escrow"
 */
export function actionLabel(
  name: ActionName,
  { currency }: Pick<Project, "currency">,
  milestone: { amount: string; total: string } | null,
): ActionLabel {
  const amount = `${milestone?.amount ?? "0.00"} ${currency}`;
  const total = `${milestone?.total ?? "0.00"} ${currency}`;
  const labels: Readonly<Record<ActionName, [button: string, hint: string]>> = {
    accept_settlement: [
      "Agree to the split",
      "You sign first, the other party signs the same transaction.",
    ],
    approve: [
      `Approve and pay ${amount}`,
      "The contractor is paid at once. This cannot be undone.",
    ],
    dispute: ["Dispute the delivery", "The money is frozen until you agree or a mediator decides."],
    accept_terms: ["Read and accept the terms", "Only then can the money become yours."],
    submit: [
      "Deliver with evidence",
      "The review begins. If the homeowner does not respond in time, you are paid.",
    ],
    decide: ["Decide", "The money is divided at once. This cannot be undone."],
    finalize: ["Fix the schedule", "Amounts, wallets and terms cannot change afterwards."],
    edit_milestones: ["Change the milestones", "Possible until the schedule is fixed."],
    fund: [`Pay ${total} into escrow`, "The money waits in a vault that no party can empty alone."],
    withdraw_dispute: [
      "Withdraw the dispute",
      "The review continues. If its period has already ended, the milestone can be paid immediately.",
    ],
    request_mediation: [
      "Ask for mediation now",
      "The mediator divides the money. Repair is no longer possible.",
    ],
    write_message: ["Write a message", "Homeowner, contractor and mediator read it."],
    propose_settlement: ["Propose a split", "Nothing moves before both of you have signed."],
    withdraw_settlement: ["Withdraw your proposal", "The other party can no longer agree to it."],
    reclaim: [`Take ${total} back`, "The milestone ends, and the contractor gets nothing for it."],
    pay_early: [
      `Pay ${amount} without a delivery`,
      "You pay for work that you have not seen. This cannot be undone.",
    ],
    close: [
      "Close the escrow",
      "Money left in the vault returns to the homeowner. The rent returns to the account that paid it.",
    ],
  };
  const [button, hint] = labels[name];
  return { button, hint };
}

/** Kinds of a dispute, with their words. */
export const DISPUTE_TYPES: readonly (readonly [type: string, words: string])[] = [
  ["quality_issue", "The quality is not as promised"],
  ["milestone_completion", "The work is not complete"],
  ["scope_disagreement", "We disagree about what was agreed"],
  ["material_difference", "Other materials were used"],
  ["timeline_delay", "It came too late"],
  ["payment_amount", "The amount is wrong"],
  ["other", "Something else"],
];

/** Returns the words of a dispute's type. */
export const disputeTypeWords = (type: string): string =>
  DISPUTE_TYPES.find(([name]) => name === type)?.[1] ?? "Something else";

/** Words of how the work is verified. */
export const VERIFICATION_WORDS: Readonly<Record<string, string>> = {
  photo: "Photos",
  inspection: "Inspection on site",
  self_report: "The contractor's report",
};
