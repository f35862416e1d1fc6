/** Rule: the one card that tells a party what comes next, with the safe action first. */
import { activeMilestone, type Card, type CardSource } from "./card";
import { contractorCard } from "./contractor-card";
import { homeownerCard } from "./homeowner-card";
import { mediatorCard } from "./mediator-card";

const ROLE_CARDS = {
  homeowner: homeownerCard,
  contractor: contractorCard,
  mediator: mediatorCard,
};

/**
 * Returns the next card of a party. Its actions are those of the project's answer alone: the page offers nothing that the
 * program refuses now.
 */
export function nextCard(source: CardSource): Card {
  const card = wholeProjectCard(source) ?? ROLE_CARDS[source.role](source);
  const possible = source.view.possible.filter(
    ({ milestoneId }) => milestoneId === null || milestoneId === card.milestoneId,
  );
  const actions = card.actions.filter(({ name }) => possible.some(({ action }) => action === name));
  return { ...card, actions };
}

/** Returns the card where the project's own state decides, or null. */
function wholeProjectCard({ project, role, view, hasReviewed }: CardSource): Card | null {
  const plain = { milestoneId: null, actions: [], isOwnTurn: false };
  if (project.status === "draft") {
    const sentences = [["Nothing can be paid before the schedule is fixed."]];
    return { kind: "draft", title: "The schedule is still a draft", sentences, ...plain };
  }
  if (view.pendingAction !== null || project.pendingAction) {
    const sentences = [
      ["The chain confirms a step of this project. This takes seconds."],
      ["The page shows the result automatically. Do not send it again."],
    ];
    return { kind: "confirming", title: "A step is being confirmed", sentences, ...plain };
  }
  if (project.status === "canceled") {
    const sentences = [["Every unit that was in escrow has been returned."]];
    return { kind: "canceled", title: "The project was canceled", sentences, ...plain };
  }
  if (project.status !== "completed" && activeMilestone(project)) return null;
  return endCard(role, hasReviewed);
}

function endCard(role: CardSource["role"], hasReviewed: boolean): Card {
  const actions = [{ name: "close" as const, kind: "normal" as const }];
  const plain = { milestoneId: null, actions };
  if (role === "mediator" || hasReviewed) {
    const sentences = [["Every milestone has ended. The statement says where each unit went."]];
    return {
      kind: "done",
      title: "The project is complete",
      sentences,
      isOwnTurn: false,
      ...plain,
    };
  }
  const other = role === "homeowner" ? "contractor" : "homeowner";
  const sentences = [
    [`Every milestone has ended. Rate the ${other} from 1 to 5.`],
    ["Your review stays hidden until both have reviewed, for 14 days at most."],
  ];
  return { kind: "review", title: `Review the ${other}`, sentences, isOwnTurn: true, ...plain };
}
