/** The actions on a policy in words, the safe ones first. */
import type { NextAction, NextActions } from "@milepost/sdk";

/** Action as a screen shows it. */
export interface ActionText {
  action: NextAction;
  label: string;
  /** Sentence that says what follows from it. */
  text: string;
  /** True for what takes money back, freezes it, or pays work that the signer has not seen. */
  isDangerous: boolean;
  /** Place in the list; lower comes first. */
  rank: number;
}

type Words = Omit<ActionText, "action">;

const words = (rank: number, label: string, text: string): Words => ({
  label,
  text,
  isDangerous: false,
  rank,
});
const danger = (rank: number, label: string, text: string): Words => ({
  label,
  text,
  isDangerous: true,
  rank,
});

/** Ranks from here on are never the primary action. */
const SECONDARY = 50;

const FIXED: Partial<Record<NextAction["instruction"], Words>> = {
  acceptEscrow: words(
    1,
    "Accept the terms",
    "You agree to the terms and the mediator. From then on the payer cannot take the money back alone.",
  ),
  resolveDispute: words(
    5,
    "Decide the dispute",
    "You divide the milestone between the two. It is paid at once, and the decision is final.",
  ),
  expireMediation: words(
    6,
    "Pay the split set in the terms",
    "The mediator's time is over. This pays the split that both agreed to at the start.",
  ),
  executePayment: words(
    7,
    "Release the payment",
    "Its condition is met. This pays the recipient; the amount and the recipient are fixed.",
  ),
  syncDelegation: words(
    8,
    "Renew the permission",
    "Your token account lets the program pull what your agreements still promise, and no more.",
  ),
  withdrawDispute: words(
    52,
    "Withdraw the dispute",
    "The delivery counts as before. The review time still runs from the delivery, and may be over.",
  ),
  requestMediation: words(
    53,
    "Ask for mediation",
    "The mediator may decide at once instead of after the waiting time.",
  ),
  openEscrow: words(
    54,
    "Move the money into a vault",
    "You can no longer spend it. A mediator decides if you and the recipient disagree.",
  ),
  settleMilestone: words(
    55,
    "Agree on a division",
    "You and the other party both sign one transaction that divides the milestone.",
  ),
  disputeMilestone: danger(
    71,
    "Dispute the delivery",
    "The money freezes. The recipient may repair and submit again; otherwise the mediator decides.",
  ),
  deletePaymentPolicy: danger(
    77,
    "Delete the agreement",
    "Nothing more can be paid through it. Its history stays on the chain, and the rent returns.",
  ),
};

/** What the words for an action depend on. */
export type ActionState = Pick<NextActions, "state" | "milestoneIndex"> & {
  /** True once the recipient accepted the terms. */
  isAccepted: boolean;
};

/** Returns an action in words. */
export function describeAction(action: NextAction, state: ActionState): ActionText {
  return { action, ...wordsOf(action, state) };
}

function wordsOf(action: NextAction, { state, milestoneIndex, isAccepted }: ActionState): Words {
  switch (action.instruction) {
    case "fundMilestones": {
      // Money for later milestones can wait until their turn.
      const rank = action.milestoneIndex === milestoneIndex ? 2 : 51;
      const label = `Fund milestone ${(action.milestoneIndex ?? 0) + 1}`;
      return words(rank, label, "The vault holds the money until the rules let it go.");
    }
    case "submitMilestone":
      return state === "disputed"
        ? words(
            3,
            "Deliver the repaired work",
            "The dispute ends, and the review time starts again.",
          )
        : words(
            3,
            "Deliver",
            "The review time starts. If the payer does not object by its end, you are paid.",
          );
    case "approveMilestone":
      return state === "submitted"
        ? words(
            4,
            "Approve and pay",
            "You have seen the delivery and pay for it now. This is final.",
          )
        : danger(
            72,
            "Pay before a delivery",
            "You pay for work that was not submitted. This is final.",
          );
    case "reclaimMilestone":
      return action.cosigner
        ? words(
            56,
            "Return the money together",
            "You both sign; everything goes back to the payer.",
          )
        : danger(73, "Take the money back", "The delivery is overdue. All of it returns to you.");
    case "closeEscrow":
      return isAccepted
        ? words(57, "Close the vault", "Nothing is held any more. The rent returns to its payer.")
        : danger(
            74,
            "Take everything back",
            "The recipient has not accepted, so all money returns.",
          );
    case "changePaymentPolicyStatus":
      return action.status === "active"
        ? words(9, "Resume the payments", "Due milestones can be paid again.")
        : danger(75, "Pause the payments", "Nothing is paid until you resume.");
    default:
      return FIXED[action.instruction] ?? words(60, action.instruction, "");
  }
}

/** Actions of one wallet: at most one primary, the others by rank with the dangerous ones last. */
export interface ActionList {
  primary: ActionText | null;
  others: ActionText[];
}

/** Orders the actions that a wallet can take now. */
export function orderActions(possible: readonly NextAction[], state: ActionState): ActionList {
  const canApprove = possible.some(({ instruction }) => instruction === "approveMilestone");
  const all = possible
    // Approving does the same for the owner, and names the submission that they saw.
    .filter(({ instruction, role }) => {
      return !(instruction === "executePayment" && role === "owner" && canApprove);
    })
    .map((action) => describeAction(action, state))
    .sort((a, b) => a.rank - b.rank);
  const [first, ...rest] = all;
  return first && first.rank < SECONDARY
    ? { primary: first, others: rest }
    : { primary: null, others: all };
}
