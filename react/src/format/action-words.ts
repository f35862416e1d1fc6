/** Words for actions, roles, states and changes of a policy. */
import type {
  InstructionName,
  MilestoneStateName,
  NextAction,
  PartyRole,
  UpcomingChangeName,
} from "@milepost/sdk";

/** Words for one action. */
export interface ActionWords {
  /** Label of the button. */
  label: string;
  /** Sentence that says what follows. */
  text: string;
  /** True for an action that takes something away or starts a conflict: it is offered after the others. */
  isDangerous: boolean;
}

type Entry = readonly [label: string, text: string, isDangerous?: true];

const ACTIONS: Partial<Record<InstructionName, Entry>> = {
  acceptEscrow: [
    "Accept the terms",
    "From then on the money is yours to earn: the payer cannot take it back alone.",
  ],
  approveMilestone: ["Approve and pay", "The recipient is paid at once. This is final."],
  changePaymentPolicyStatus: ["Pause or resume", "A paused payment is not released."],
  closeEscrow: ["Close the escrow", "What is left in the vault goes back to the payer.", true],
  closeUserPayment: ["Close the account", "The deposit goes back to the payer."],
  createMilestonePolicy: ["Create a payment", "The recipient is paid in milestones."],
  deletePaymentPolicy: ["Delete the payment", "Nothing more is paid. This is final.", true],
  disputeMilestone: [
    "Dispute the delivery",
    "The milestone is not paid until you agree, or the mediator decides.",
    true,
  ],
  executePayment: ["Release the payment", "The recipient is paid at once. This is final."],
  expireMediation: [
    "Pay the timeout split",
    "The mediator's time is over. The split set in the terms is paid.",
  ],
  fundMilestones: ["Fund the next milestone", "The money moves into the vault."],
  openEscrow: ["Move into an escrow", "The money is then held in a vault with its own rules."],
  reclaimMilestone: ["Take the money back", "The milestone ends without a payment.", true],
  requestMediation: ["Ask for mediation", "The mediator may then divide the milestone."],
  resolveDispute: ["Decide the dispute", "The milestone is divided as you say. This is final."],
  settleMilestone: [
    "Settle together",
    "Both parties sign one division of the milestone. This is final.",
    true,
  ],
  submitMilestone: ["Deliver", "The review starts. Silence counts as approval."],
  syncDelegation: [
    "Renew the permission",
    "The payments can then be pulled from your token account.",
  ],
  withdrawDispute: ["Withdraw the dispute", "The review continues from the delivery's date."],
};

/**
 * Returns the words for an action of `useNextActions`.
 * @example
 * import { actionWords } from "@milepost/react";
 *
 * actionWords({ instruction: "approveMilestone" }).label; // "Approve and pay"
 */
export function actionWords(
  action: Pick<NextAction, "instruction"> & Partial<NextAction>,
): ActionWords {
  const { instruction, status, cosigner } = action;
  if (instruction === "changePaymentPolicyStatus" && status) {
    return status === "paused"
      ? { label: "Pause", text: "No milestone is released while it is paused.", isDangerous: true }
      : { label: "Resume", text: "Milestones can be released again.", isDangerous: false };
  }
  const [label, text, isDangerous] = ACTIONS[instruction] ?? [instruction, "", undefined];
  const joint = cosigner && instruction === "reclaimMilestone" ? " Both parties sign." : "";
  return { label, text: text + joint, isDangerous: isDangerous ?? false };
}

const ROLES: Readonly<Record<PartyRole, string>> = {
  owner: "payer",
  recipient: "recipient",
  gateway: "gateway",
  mediator: "mediator",
  anyone: "anyone",
};

/**
 * Returns the word for a role, such as `payer` for the owner.
 * @example
 * import { roleWord } from "@milepost/react";
 *
 * roleWord("owner"); // "payer"
 */
export function roleWord(role: PartyRole): string {
  return ROLES[role];
}

const STATES: Readonly<Record<MilestoneStateName, string>> = {
  unfunded: "Not funded",
  funded: "Funded, work in progress",
  submitted: "Delivered, under review",
  disputed: "Disputed",
  mediation: "In mediation",
  released: "Paid",
  resolved: "Divided",
  refunded: "Returned to the payer",
};

/**
 * Returns the words for the state of a held milestone.
 * @example
 * import { stateWords } from "@milepost/react";
 *
 * stateWords("submitted"); // "Delivered, under review"
 */
export function stateWords(state: MilestoneStateName): string {
  return STATES[state];
}

const CHANGES: Readonly<Record<UpcomingChangeName, string>> = {
  due: "It becomes due",
  deliveryOverdue: "The delivery is overdue: the payer may take the money back",
  disputeWindowCloses: "The payer can no longer dispute the delivery",
  silentApproval: "Silence counts as approval: anyone may release it",
  mediationStarts: "Mediation starts automatically",
  mediationExpires: "The mediator's time ends: the split set in the terms may be paid",
};

/**
 * Returns the sentence for a change that the clock alone makes.
 * @example
 * import { changeWords } from "@milepost/react";
 *
 * changeWords("mediationStarts"); // "Mediation starts automatically"
 */
export function changeWords(change: UpcomingChangeName): string {
  return CHANGES[change];
}
