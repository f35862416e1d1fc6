/** Rule: what comes next for the contractor. */
import { activeMilestone, type Card, type CardSource, type Piece } from "./card";
import { mediationCard } from "./mediation-card";
import { splitCard } from "./split-card";
import type { ProjectMilestone } from "./types";

/** Returns the contractor's card about the active milestone. */
export function contractorCard(source: CardSource): Card {
  const milestone = activeMilestone(source.project)!;
  switch (milestone.status) {
    case "unfunded":
      return waitFundingCard(milestone);
    case "awaiting_acceptance":
      return termsCard(source, milestone);
    case "funded":
      return deliverCard(source, milestone);
    case "pending_verification":
      return splitCard(source, milestone) ?? waitLookCard(source, milestone);
    default:
      return splitCard(source, milestone) ?? answerCard(source, milestone);
  }
}

function waitFundingCard({ id, title }: ProjectMilestone): Card {
  return {
    kind: "wait_funding",
    title: `Not funded yet: ${title}`,
    sentences: [
      ["The homeowner has not paid this milestone into escrow."],
      ["Do not start before the money is there. This page says so when it is."],
    ],
    milestoneId: id,
    actions: [],
    isOwnTurn: false,
  };
}

function termsCard({ project }: CardSource, { id, amount }: ProjectMilestone): Card {
  return {
    kind: "accept_terms",
    title: "The money is there. Accept the terms before you start",
    sentences: [
      [`${amount} ${project.currency} for you is in the vault, which no party can empty alone.`],
      ["Before you accept, the homeowner can still close the escrow and take it back."],
    ],
    milestoneId: id,
    actions: [{ name: "accept_terms", kind: "primary" }],
    isOwnTurn: true,
  };
}

function deliverCard({ project, view }: CardSource, milestone: ProjectMilestone): Card {
  const { id, title, amount, dueDate, takeBackFrom } = milestone;
  const isOverdue = takeBackFrom !== null && view.now >= takeBackFrom;
  const due: Piece[] = dueDate === null ? [] : [" It is due ", { at: dueDate }, "."];
  const back: Piece[][] =
    takeBackFrom === null
      ? []
      : isOverdue
        ? [["The delivery is overdue: the homeowner can take the money back at any moment."]]
        : [
            [
              "Without a delivery, the homeowner can take the money back starting ",
              { at: takeBackFrom },
              ".",
            ],
          ];
  return {
    kind: "deliver",
    title: isOverdue ? `Deliver now: ${title}` : `The money is there. Deliver: ${title}`,
    sentences: [
      [`${amount} ${project.currency} is in escrow for this milestone.`, ...due],
      ...back,
    ],
    milestoneId: id,
    actions: [
      { name: "submit", kind: "primary" },
      { name: "propose_settlement", kind: "normal" },
    ],
    isOwnTurn: true,
  };
}

function waitLookCard({ view }: CardSource, milestone: ProjectMilestone): Card {
  const { id, submitted, disputeUntil, paidBySilenceAt } = milestone;
  const actions: Card["actions"] = [{ name: "propose_settlement", kind: "normal" }];
  if (paidBySilenceAt !== null && view.now >= paidBySilenceAt) {
    return {
      kind: "silence_is_over",
      title: "The review is over: you are paid",
      sentences: [["Nobody objected in time. The payment is sent automatically within minutes."]],
      milestoneId: id,
      actions,
      isOwnTurn: false,
    };
  }
  const window: Piece[] =
    disputeUntil !== null && view.now < disputeUntil
      ? ["They can dispute it until ", { at: disputeUntil }, "."]
      : ["They can no longer dispute it."];
  return {
    kind: "wait_look",
    title: "The homeowner looks at your delivery",
    sentences: [
      ["The homeowner has it since ", { at: submitted! }, "."],
      window,
      ["If they stay silent, you are paid on ", { at: paidBySilenceAt! }, "."],
    ],
    milestoneId: id,
    actions,
    isOwnTurn: false,
  };
}

function answerCard({ view }: CardSource, milestone: ProjectMilestone): Card {
  const { id, status, mediationStarts, mediationEnds } = milestone;
  const actions: Card["actions"] = [
    { name: "submit", kind: "primary" },
    { name: "write_message", kind: "normal" },
    { name: "propose_settlement", kind: "normal" },
    { name: "request_mediation", kind: "normal" },
  ];
  if (status === "in_mediation") return mediationCard(view.now, id, mediationEnds!, actions);
  return {
    kind: "answer_dispute",
    title: "The homeowner disputes your delivery",
    sentences: [
      ["The money is frozen. Fix the work and deliver again; the review then starts over."],
      ["Without an agreement, mediation starts automatically on ", { at: mediationStarts! }, "."],
    ],
    milestoneId: id,
    actions,
    isOwnTurn: true,
  };
}
