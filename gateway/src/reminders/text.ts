/** Texts of reminders: what happened, what happens when nobody acts, and what to do. */
import { utc } from "../time/utc";
import type { ReminderKind } from "./schedule";
import type { WatchedMilestone, WatchedProject } from "./project-facts";

/** A reminder as a person reads it. */
export interface ReminderText {
  /** One line. */
  subject: string;
  text: string;
}

/**
 * Returns the text of a reminder.
 * @example
 * textOf("review_72h", project, project.milestone!).subject; // Review milestone 1 "Demolition" of "Kitchen" by 2026-12-08 09:00 UTC
 */
export function textOf(
  kind: ReminderKind,
  project: Pick<WatchedProject, "id" | "title">,
  milestone: WatchedMilestone,
): ReminderText {
  const name = `milestone ${milestone.index + 1} "${oneLine(milestone.title)}" of "${oneLine(project.title)}"`;
  const { subject, lines } = TEXTS[kind](name, milestone);
  const details = [`Amount: ${milestone.amount}`, `Project: ${project.id}`];
  const policy = milestone.policy === null ? [] : [`Policy: ${milestone.policy}`];
  return { subject, text: [...lines, "", ...details, ...policy].join("\n") };
}

interface Written {
  subject: string;
  lines: string[];
}

type Write = (name: string, milestone: WatchedMilestone) => Written;

const write = (subject: string, ...lines: string[]): Written => ({ subject, lines });

const funding: Write = (name, { clock }) =>
  write(
    `Fund ${name}`,
    `The money for ${name} has been missing from the escrow since ${utc(clock.fundableSince)}.`,
    "The contractor starts the work once the money is in escrow. Fund the milestone to continue.",
  );

const terms: Write = (name, { clock }) =>
  write(
    `Accept the terms for ${name}`,
    `The money for ${name} has been in escrow since ${utc(clock.offeredAt)}, and the contractor has not accepted the terms.`,
    "Nothing can be submitted or paid before that. Until then, the homeowner can take everything back.",
  );

const review: Write = (name, { clock }) =>
  write(
    `Review ${name} by ${utc(clock.silentApprovalAt)}`,
    `The contractor submitted ${name} on ${utc(clock.submittedAt)}.`,
    `Review the delivery, then approve it, or dispute it before ${utc(clock.disputeClosesAt)}.`,
    `If you do nothing, it is paid from ${utc(clock.silentApprovalAt)} on.`,
  );

const mediation =
  (lead: string): Write =>
  (name, { clock }) =>
    write(
      `${lead}: decide ${name} by ${utc(clock.mediationExpiresAt)}`,
      `The mediation of ${name} began on ${utc(clock.mediationAt)}.`,
      `Read both sides' evidence and messages, then decide. Without a decision before ${utc(clock.mediationExpiresAt)}, anyone can pay out the split that was agreed at the start.`,
    );

const TEXTS: Readonly<Record<ReminderKind, Write>> = {
  funding_24h: funding,
  funding_72h: funding,
  shortfall_72h: (name, { clock, shortfall }) =>
    write(
      `Your wallet lacks ${shortfall} for ${name}`,
      `The delivery of ${name} is due on ${utc(clock.dueDate)}, and it is not funded.`,
      `The homeowner's wallet lacks ${shortfall}. Add the money, then fund the milestone.`,
    ),
  terms_24h: terms,
  terms_72h: terms,
  delivery_overdue: (name, { clock }) =>
    write(
      `The delivery of ${name} is overdue`,
      `The delivery of ${name} was due on ${utc(clock.dueDate)}.`,
      `The contractor can still submit it. From ${utc(clock.reclaimableAt)} on, the homeowner can take the money back.`,
    ),
  reclaim_possible: (name, { clock }) =>
    write(
      `The homeowner can take back the money for ${name}`,
      `${capital(name)} was not delivered, and its grace period ended on ${utc(clock.reclaimableAt)}.`,
      "The homeowner can take the money back now. Until that happens, the contractor can still submit.",
    ),
  review_72h: review,
  review_96h: review,
  dispute_window_closing: (name, { clock }) =>
    write(
      `Last chance to dispute ${name}: ${utc(clock.disputeClosesAt)}`,
      `The contractor submitted ${name} on ${utc(clock.submittedAt)}.`,
      `You can dispute it only before ${utc(clock.disputeClosesAt)}. You can approve it at any time.`,
      `If you do nothing, it is paid from ${utc(clock.silentApprovalAt)} on.`,
    ),
  silent_approval_soon: (name, { clock }) =>
    write(
      `${capital(name)} is paid on ${utc(clock.silentApprovalAt)}`,
      `The contractor submitted ${name} on ${utc(clock.submittedAt)}, and you have not answered.`,
      `From ${utc(clock.silentApprovalAt)} on, your silence counts as approval and the contractor is paid.`,
    ),
  dispute_24h: (name, { clock }) =>
    write(
      `The dispute about ${name} is open`,
      `The homeowner disputed ${name} on ${utc(clock.disputedAt)}.`,
      "The contractor can repair and submit again. The homeowner can withdraw the dispute. Both can agree on a split.",
      `Otherwise the mediator decides from ${utc(clock.mediationAt)} on.`,
    ),
  mediation_soon: (name, { clock }) =>
    write(
      `Mediation of ${name} begins on ${utc(clock.mediationAt)}`,
      `The dispute about ${name} has been open since ${utc(clock.disputedAt)}.`,
      `From ${utc(clock.mediationAt)} on, the mediator decides and the contractor can no longer submit again.`,
    ),
  mediation_started: mediation("Mediation began"),
  mediation_half_time: mediation("Half of the time has passed"),
  mediation_48h: mediation("48 hours left"),
  mediation_24h: mediation("24 hours left"),
  mediation_deadlock: (name, { clock }) =>
    write(
      `The mediator did not decide ${name}`,
      `The time for the mediation of ${name} ended on ${utc(clock.mediationExpiresAt)} without a decision.`,
      "Anyone can pay out the split that was agreed at the start; both parties can still agree on another. Contact the parties and the mediator.",
    ),
};

/** Returns a title without line ends, which would be a second line of a mail's header or text. */
const oneLine = (title: string): string => title.replaceAll(/\s+/g, " ").trim();

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
