/** Shape of the one card that tells a party what comes next. */
import type { ActionName, MilestoneStatus, PartyActions, Project, Settlement } from "./types";

/** Piece of a sentence: a text, or Unix seconds that the page shows in both time zones. */
export type Piece = string | { at: number };

/** Weight of an action's button. The order in the card is the order of the buttons: the safe one first. */
export interface CardAction {
  name: ActionName;
  kind: "primary" | "normal" | "danger";
}

/** The next card. */
export interface Card {
  /** Name of the case, for tests and styles. */
  kind: CardKind;
  title: string;
  /** Sentences: who acts, until when, and what happens by itself. */
  sentences: readonly (readonly Piece[])[];
  /** Milestone that the card is about; null for the whole project. */
  milestoneId: string | null;
  actions: readonly CardAction[];
  /** True where the party who reads has to act. */
  isOwnTurn: boolean;
}

/** Cases of the card. */
export type CardKind =
  | "draft"
  | "confirming"
  | "fund"
  | "wait_funding"
  | "accept_terms"
  | "wait_terms"
  | "deliver"
  | "wait_delivery"
  | "take_back"
  | "look"
  | "wait_look"
  | "silence_is_over"
  | "answer_dispute"
  | "wait_answer"
  | "wait_mediator"
  | "wait_mediation"
  | "decide"
  | "timeout_is_over"
  | "answer_split"
  | "nothing"
  | "review"
  | "done"
  | "canceled";

/** What the card depends on. */
export interface CardSource {
  project: Project;
  role: PartyActions["role"];
  view: PartyActions;
  /** Open proposal of the active milestone; null without one. */
  proposal: Settlement | null;
  /** True where this party has reviewed the other one. */
  hasReviewed: boolean;
}

/** Returns the milestone whose turn it is, or null. */
export function activeMilestone(project: Project): Project["milestones"][number] | null {
  return project.milestones.find(({ id }) => id === project.activeMilestone) ?? null;
}

/** Words of a milestone's status. */
export const STATUS_WORDS: Readonly<Record<MilestoneStatus, string>> = {
  draft: "Draft",
  unfunded: "Not funded",
  awaiting_acceptance: "Waiting for the contractor's acceptance",
  funded: "In escrow, work in progress",
  pending_verification: "Delivered, in review",
  disputed: "Disputed, money frozen",
  in_mediation: "In mediation",
  completed: "Paid",
  resolved: "Divided",
  refunded: "Returned",
  canceled: "Canceled",
};

/** Role at the beginning of a line. */
export const ROLE_TITLES: Readonly<Record<PartyActions["role"], string>> = {
  homeowner: "Homeowner",
  contractor: "Contractor",
  mediator: "Mediator",
};

/** Words of a role. */
export const ROLE_WORDS: Readonly<Record<PartyActions["role"], string>> = {
  homeowner: "homeowner",
  contractor: "contractor",
  mediator: "mediator",
};
