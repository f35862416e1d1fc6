/** Rule: the card of a party whom the other one has proposed a split. */
import type { Card, CardSource, Piece } from "./card";
import type { ProjectMilestone } from "./types";

/** Returns the card, or null where no proposal of the other party is open. */
export function splitCard(
  { project, role, proposal }: CardSource,
  milestone: ProjectMilestone,
): Card | null {
  if (role === "mediator" || !proposal || proposal.proposedBy === project[role].id) return null;
  const other = role === "homeowner" ? "contractor" : "homeowner";
  const { recipientAmount, refund } = proposal;
  const { currency } = project;
  return {
    kind: "answer_split",
    title: `The ${other} proposes a split`,
    sentences: [
      [
        `The contractor gets ${recipientAmount} ${currency} before fees, the homeowner gets ${refund} ${currency} back.`,
      ],
      ["Both of you sign the same transaction."],
      deadlineOf(milestone),
    ],
    milestoneId: milestone.id,
    actions: [
      { name: "accept_settlement", kind: "primary" },
      { name: "propose_settlement", kind: "normal" },
      { name: "approve", kind: "normal" },
      { name: "submit", kind: "normal" },
      { name: "write_message", kind: "normal" },
      { name: "request_mediation", kind: "normal" },
      { name: "withdraw_dispute", kind: "danger" },
      { name: "dispute", kind: "danger" },
    ],
    isOwnTurn: true,
  };
}

/** Returns what happens without an agreement. */
function deadlineOf({ status, ...times }: ProjectMilestone): Piece[] {
  const { paidBySilenceAt, mediationStarts, mediationEnds } = times;
  if (status === "pending_verification" && paidBySilenceAt !== null) {
    return ["Without an agreement or a dispute, it is paid on ", { at: paidBySilenceAt }, "."];
  }
  if (status === "disputed" && mediationStarts !== null) {
    return [
      "Without an agreement, mediation starts automatically on ",
      { at: mediationStarts },
      ".",
    ];
  }
  if (status === "in_mediation" && mediationEnds !== null) {
    return ["Without an agreement, the mediator decides before ", { at: mediationEnds }, "."];
  }
  return ["Without an agreement, everything goes on as before."];
}
