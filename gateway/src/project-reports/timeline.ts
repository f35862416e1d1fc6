/** Rule of the timeline: what happened, from the program's events, and what happens by itself. */
import { placeOf } from "../chain";
import type { UpcomingEvent } from "../chain/party-actions";
import { formatAmount } from "../money/amount";
import { effectsOf, type StepEffect } from "../projects/chain-state/step-effects";
import type { StepRow } from "../projects/chain-state/store";
import type { PartyRole, Payout, ProjectRow } from "../projects/rows";
import { toSeconds } from "../time/seconds";
import type { Timeline, Upcoming } from "./schema";

type Past = Timeline["past"][number];

/** Returns everything that happened, oldest first. */
export function pastOf(project: ProjectRow, steps: readonly StepRow[]): Past[] {
  const { homeowner } = project.parties;
  const own = (type: Past["type"], at: number, party: string, text: string): Past => ({
    type,
    at,
    milestoneId: null,
    party,
    text,
    signature: null,
  });
  const past = [
    own("created", toSeconds(project.created_at), homeowner.id, "The project was created."),
  ];
  if (project.finalized_at !== null) {
    const text = "The schedule, wallets, terms and fees were fixed.";
    past.push(own("finalized", Number(project.finalized_at), homeowner.id, text));
  }
  for (const step of steps) {
    for (const effect of effectsOf(step)) past.push(pastStep(project, step, effect));
  }
  return past;
}

function pastStep(project: ProjectRow, step: StepRow, effect: StepEffect): Past {
  const policy = project.policies.find(({ address }) => address === step.policy)!;
  const milestone = "index" in effect ? project.milestones[policy.part * 4 + effect.index]! : null;
  const { type, role, text } = wordsOf(project, effect, milestone?.title ?? "", step);
  return {
    type,
    at: Number(step.time),
    milestoneId: milestone?.id ?? null,
    party: role && project.parties[role].id,
    text,
    signature: step.signature,
  };
}

interface Words {
  type: Past["type"];
  role: PartyRole | null;
  text: string;
}

function wordsOf(project: ProjectRow, effect: StepEffect, title: string, step: StepRow): Words {
  const amount = (units: bigint): string =>
    `${formatAmount(units, project.decimals)} ${project.currency}`;
  switch (effect.kind) {
    case "funded":
      return {
        type: "funded",
        role: "homeowner",
        text: `${title}: ${amount(effect.units)} paid into escrow.`,
      };
    case "accepted":
      return { type: "terms_accepted", role: "contractor", text: "The terms were accepted." };
    case "submitted":
      return {
        type: "submitted",
        role: "contractor",
        text: `${title}: submitted, the review began.`,
      };
    case "disputed":
      return {
        type: "disputed",
        role: "homeowner",
        text: `${title}: disputed, the money is frozen.`,
      };
    case "dispute_withdrawn":
      return {
        type: "dispute_withdrawn",
        role: "homeowner",
        text: `${title}: the dispute was withdrawn.`,
      };
    case "mediation_requested": {
      const wallet = step.data["party"];
      const role = project.wallets?.contractor === wallet ? "contractor" : "homeowner";
      return { type: "mediation_requested", role, text: `${title}: mediation was requested.` };
    }
    case "closed":
      return {
        type: "escrow_closed",
        role: "homeowner",
        text: `The escrow was closed; ${amount(effect.returned)} returned.`,
      };
    case "ended":
      return endingOf(effect.payout, title, amount);
  }
}

function endingOf(payout: Payout, title: string, amount: (units: bigint) => string): Words {
  const paid = `${amount(payout.recipientAmount)} paid to the contractor`;
  const back = `${amount(payout.refunded)} returned to the homeowner`;
  const both = `${paid}, ${back}`;
  switch (payout.ending) {
    case "approved":
      return { type: "approved", role: "homeowner", text: `${title}: approved, ${paid}.` };
    case "executed":
      return {
        type: "paid_by_silence",
        role: null,
        text: `${title}: nobody objected, ${paid}.`,
      };
    case "resolved":
      return { type: "decided", role: "mediator", text: `${title}: decided, ${both}.` };
    case "expired":
      return {
        type: "split_after_timeout",
        role: null,
        text: `${title}: the mediator did not decide, ${both}.`,
      };
    case "settled":
      return { type: "settled", role: null, text: `${title}: settled by both parties, ${both}.` };
    case "reclaimed":
      return { type: "reclaimed", role: "homeowner", text: `${title}: ${back}.` };
  }
}

const UPCOMING: Readonly<Record<UpcomingEvent["change"], [Upcoming["type"], string]>> = {
  due: ["due", "the homeowner can approve it from then on"],
  deliveryOverdue: [
    "delivery_overdue",
    "the homeowner can take the money back from then on, while it is not submitted",
  ],
  disputeWindowCloses: ["dispute_window_closes", "the homeowner can no longer dispute it"],
  silentApproval: ["paid_by_silence", "it is paid if the homeowner stays silent"],
  mediationStarts: ["mediation_starts", "it is in mediation: the mediator can decide"],
  mediationExpires: [
    "split_after_timeout",
    "the agreed split is paid if the mediator has not decided",
  ],
};

/** Returns what the clock alone changes, in order. `part` is that of the policy that was read. */
export function upcomingOf(
  project: ProjectRow,
  part: number,
  byItself: readonly UpcomingEvent[],
): Upcoming[] {
  return byItself.map(({ change, index, at }) => {
    const milestone = project.milestones.find(({ index: own }) => {
      const place = placeOf(own);
      return place.part === part && place.index === index;
    })!;
    const [type, text] = UPCOMING[change];
    return {
      type,
      at: Number(at),
      milestoneId: milestone.id,
      text: `${milestone.title}: ${text}.`,
    };
  });
}
