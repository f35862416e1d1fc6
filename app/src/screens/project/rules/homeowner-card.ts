/** Rule: what comes next for the homeowner. */
import { activeMilestone, type Card, type CardSource, type Piece } from "./card";
import { mediationCard } from "./mediation-card";
import { splitCard } from "./split-card";
import type { ProjectMilestone } from "./types";

/** Returns the homeowner's card about the active milestone. */
export function homeownerCard(source: CardSource): Card {
  const milestone = activeMilestone(source.project)!;
  switch (milestone.status) {
    case "unfunded":
      return fundCard(source, milestone);
    case "awaiting_acceptance":
      return waitTermsCard(milestone);
    case "funded":
      return deliveryCard(source, milestone);
    case "pending_verification":
      return splitCard(source, milestone) ?? lookCard(source, milestone);
    default:
      return splitCard(source, milestone) ?? disputeCard(source, milestone);
  }
}

function fundCard({ project }: CardSource, milestone: ProjectMilestone): Card {
  const { id, title, amount, fee, total, index } = milestone;
  const isNext = index > 0;
  return {
    kind: "fund",
    title: isNext ? `Fund the next milestone: ${title}` : `Fund the first milestone: ${title}`,
    sentences: [
      [
        `You pay ${total} ${project.currency} into escrow: ${amount} for the contractor and ${fee} platform fee on top.`,
      ],
      ["The contractor gets it only after your approval, your silence, or a decision."],
    ],
    milestoneId: id,
    actions: [{ name: "fund", kind: "primary" }],
    isOwnTurn: true,
  };
}

function waitTermsCard({ id }: ProjectMilestone): Card {
  return {
    kind: "wait_terms",
    title: "The contractor has to accept the terms",
    sentences: [
      ["Your money is in escrow. Nothing leaves it before the contractor accepts."],
      ["Until then you can close the escrow and get everything back."],
    ],
    milestoneId: id,
    actions: [{ name: "close", kind: "danger" }],
    isOwnTurn: false,
  };
}

function deliveryCard({ view }: CardSource, milestone: ProjectMilestone): Card {
  const { id, title, takeBackFrom, dueDate } = milestone;
  const actions: Card["actions"] = [
    { name: "reclaim", kind: "primary" },
    { name: "propose_settlement", kind: "normal" },
    { name: "pay_early", kind: "danger" },
  ];
  if (takeBackFrom !== null && view.now >= takeBackFrom) {
    return {
      kind: "take_back",
      title: "The delivery is overdue",
      sentences: [
        ["The contractor has not delivered in time. You can take the money back, fee included."],
        ["It stays in escrow while you wait. The contractor may still deliver."],
      ],
      milestoneId: id,
      actions,
      isOwnTurn: true,
    };
  }
  const due: Piece[] = dueDate === null ? [] : [" It is due ", { at: dueDate }, "."];
  const back: Piece[][] =
    takeBackFrom === null
      ? []
      : [["Without a delivery you can take the money back starting ", { at: takeBackFrom }, "."]];
  return {
    kind: "wait_delivery",
    title: `The contractor works on: ${title}`,
    sentences: [["You need to do nothing now.", ...due], ...back],
    milestoneId: id,
    actions,
    isOwnTurn: false,
  };
}

function lookCard({ view }: CardSource, milestone: ProjectMilestone): Card {
  const { id, disputeUntil, paidBySilenceAt } = milestone;
  const actions: Card["actions"] = [
    { name: "approve", kind: "primary" },
    { name: "propose_settlement", kind: "normal" },
    { name: "dispute", kind: "danger" },
  ];
  if (paidBySilenceAt !== null && view.now >= paidBySilenceAt) return silenceCard(id, actions);
  const canDispute = disputeUntil !== null && view.now < disputeUntil;
  return {
    kind: "look",
    title: "Look at the delivery",
    sentences: [
      canDispute
        ? ["Look at the delivery by ", { at: disputeUntil }, "; after that you cannot dispute it."]
        : ["The time for a dispute is over. You can still approve it, or agree to a split."],
      ["If you stay silent, it is paid on ", { at: paidBySilenceAt! }, "."],
    ],
    milestoneId: id,
    actions,
    isOwnTurn: true,
  };
}

function silenceCard(id: string, actions: Card["actions"]): Card {
  return {
    kind: "silence_is_over",
    title: "The review is over",
    sentences: [
      ["Nobody objected in time, so the milestone is paid automatically within minutes."],
      ["You can approve it now to pay at once."],
    ],
    milestoneId: id,
    actions: actions.filter(({ name }) => name !== "dispute"),
    isOwnTurn: false,
  };
}

function disputeCard({ view }: CardSource, milestone: ProjectMilestone): Card {
  const { id, status, mediationStarts, mediationEnds } = milestone;
  const actions: Card["actions"] = [
    { name: "write_message", kind: "primary" },
    { name: "propose_settlement", kind: "normal" },
    { name: "request_mediation", kind: "normal" },
    { name: "withdraw_dispute", kind: "danger" },
  ];
  if (status === "in_mediation") return mediationCard(view.now, id, mediationEnds!, actions);
  return {
    kind: "wait_answer",
    title: "The contractor answers your dispute",
    sentences: [
      ["The money is frozen. The contractor can repair and deliver again, or agree to a split."],
      ["Without an agreement, mediation starts automatically on ", { at: mediationStarts! }, "."],
    ],
    milestoneId: id,
    actions,
    isOwnTurn: false,
  };
}
