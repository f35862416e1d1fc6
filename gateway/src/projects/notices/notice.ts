/** Rule: who is told what about a step, besides the party who took it. Pure. */
import { formatAmount } from "../../money/amount";
import { utc } from "../../time/utc";
import type { MilestonePlace } from "../milestone-status";
import type { MilestoneRow, PartyRole, Payout, ProjectRow } from "../rows";
import type { StepEffect } from "../chain-state/step-effects";

/** What is told to parties of a project. */
export interface Notice {
  /** Such as `milestone.submitted`. */
  kind: string;
  roles: readonly PartyRole[];
  /** One line. */
  subject: string;
  text: string;
}

/** What a notice is about. `place` is the milestone on chain; null where a step is about the whole project. */
export interface NoticeSource {
  project: ProjectRow;
  milestone: MilestoneRow | null;
  place: MilestonePlace | null;
}

/** Returns a title without line ends, which would be a second line of a mail's header. */
export const oneLine = (title: string): string => title.replaceAll(/\s+/g, " ").trim();

/** Who is told how a milestone ended, and in which words. */
const ENDINGS: Readonly<
  Record<Payout["ending"], { roles: readonly PartyRole[]; text: (name: string) => string }>
> = {
  approved: {
    roles: ["contractor"],
    text: (name) => `The homeowner approved ${name}.`,
  },
  executed: {
    roles: ["homeowner", "contractor"],
    text: (name) => `The review of ${name} ended without a dispute, so it was paid.`,
  },
  resolved: {
    roles: ["homeowner", "contractor"],
    text: (name) => `The mediator decided ${name}.`,
  },
  expired: {
    roles: ["homeowner", "contractor", "mediator"],
    text: (name) =>
      `The mediator did not decide ${name} in time, so the split that was agreed at the start was paid.`,
  },
  settled: {
    roles: ["homeowner", "contractor"],
    text: (name) => `Both parties agreed how to divide ${name}.`,
  },
  reclaimed: {
    roles: ["contractor"],
    text: (name) =>
      `The homeowner took back the money for ${name}, which was not delivered in time.`,
  },
};

/** A step with what its texts name. */
interface Told<Effect> extends NoticeSource {
  effect: Effect;
  /** Project, as texts name it. */
  title: string;
  /** Milestone, or the project. */
  name: string;
}

type Write<Kind extends StepEffect["kind"]> = (
  told: Told<Extract<StepEffect, { kind: Kind }>>,
) => Notice | null;

const notice = (
  kind: string,
  roles: readonly PartyRole[],
  subject: string,
  ...lines: string[]
): Notice => ({ kind, roles, subject, text: lines.join("\n") });

const NOTICES: { readonly [Kind in StepEffect["kind"]]: Write<Kind> } = {
  funded: ({ project, milestone, place, name }) =>
    notice(
      "milestone.funded",
      ["contractor"],
      `The money for ${name} is in escrow`,
      `The homeowner put ${money(project, milestone!.amount)} for ${name} into escrow.`,
      `Vault: ${place!.policy.vault}`,
      place!.policy.state.escrow?.acceptedAt
        ? "You can start, and submit the work when it is done."
        : "Accept the terms before you start: nothing can be submitted or paid before that.",
    ),
  accepted: ({ title }) =>
    notice(
      "project.terms_accepted",
      ["homeowner"],
      `The contractor accepted the terms of ${title}`,
      `The contractor accepted the terms of ${title}. The money in escrow now waits for the delivery.`,
    ),
  submitted: ({ place, name, effect }) => {
    const { disputeClosesAt = null, silentApprovalAt = null } = place?.milestone ?? {};
    return notice(
      "milestone.submitted",
      ["homeowner"],
      `Review ${name} by ${utc(silentApprovalAt)}`,
      `The contractor submitted ${name} on ${utc(effect.at)}.`,
      `Review the delivery, then approve it, or dispute it before ${utc(disputeClosesAt)}.`,
      `If you do nothing, it is paid from ${utc(silentApprovalAt)} on.`,
    );
  },
  disputed: ({ name, effect }) =>
    notice(
      "milestone.disputed",
      ["contractor"],
      `The homeowner disputed ${name}`,
      `The homeowner disputed ${name} on ${utc(effect.at)}. Its money is frozen.`,
      "Read the reasons. You can repair and submit again, agree on a split, or ask for mediation.",
      `Otherwise mediation begins on ${utc(effect.mediationAt)}.`,
    ),
  dispute_withdrawn: ({ name, place, effect }) =>
    notice(
      "milestone.dispute_withdrawn",
      ["contractor"],
      `The homeowner withdrew the dispute about ${name}`,
      `The homeowner withdrew the dispute about ${name} on ${utc(effect.at)}. The review continues.`,
      `Without another dispute it is paid from ${utc(place?.milestone.silentApprovalAt ?? null)} on.`,
    ),
  mediation_requested: ({ name, place, effect }) =>
    notice(
      "milestone.mediation_requested",
      ["homeowner", "contractor"],
      `Mediation of ${name} begins on ${utc(effect.mediationAt)}`,
      `A party requested mediation of ${name}.`,
      `The mediator decides before ${utc(place?.policy.state.escrow?.mediationExpiresAt ?? null)}. After that, anyone can pay out the split that was agreed at the start.`,
    ),
  ended: ({ project, name, effect: { payout } }) => {
    const { roles, text } = ENDINGS[payout.ending];
    return notice(
      `milestone.${payout.ending}`,
      roles,
      endingOf(project, name, payout),
      text(name),
      `Received by the contractor: ${money(project, payout.recipientAmount)}`,
      `Returned to the homeowner: ${money(project, payout.refunded)}`,
      `Transaction: ${payout.signature}`,
    );
  },
  closed: ({ project, title, effect }) =>
    project.status === "canceled"
      ? notice(
          "project.canceled",
          ["contractor", "mediator"],
          `${title} was canceled`,
          `The homeowner closed the escrow of ${title} on ${utc(effect.at)}. Nothing is left in it.`,
        )
      : null,
};

/**
 * Returns the notice of a step, or null where nobody has to be told.
 * @example
 * noticeOf(source, { kind: "submitted", index: 0, evidenceHash, at })!.roles; // ["homeowner"]
 */
export function noticeOf(source: NoticeSource, effect: StepEffect): Notice | null {
  const { project, milestone } = source;
  const title = `"${oneLine(project.title)}"`;
  const name = milestone
    ? `milestone ${milestone.index + 1} "${oneLine(milestone.title)}" of ${title}`
    : title;
  const write = NOTICES[effect.kind] as (told: Told<StepEffect>) => Notice | null;
  const written = write({ ...source, effect, title, name });
  return written && { ...written, text: `${written.text}\n\nProject: ${project.id}` };
}

/** Says in one line who got the money: of a decision or an agreement, how it was divided. */
function endingOf(
  project: ProjectRow,
  name: string,
  { ending, recipientAmount, refunded }: Payout,
): string {
  const isSplit = ending === "resolved" || ending === "expired" || ending === "settled";
  if (isSplit && recipientAmount > 0n && refunded > 0n) {
    return `The money for ${name} was split: ${money(project, recipientAmount)} to the contractor, ${money(project, refunded)} to the homeowner`;
  }
  return recipientAmount > 0n
    ? `The contractor was paid for ${name}`
    : `The homeowner was refunded for ${name}`;
}

const money = ({ currency, decimals }: ProjectRow, units: bigint): string =>
  `${formatAmount(units, decimals)} ${currency}`;
