/** The schedule of reminders: what is told to whom at which time, from one milestone's state and terms alone. */
import type { PolicyMilestone } from "../chain";

const HOUR = 3_600n;

/** Kinds of reminders. Append-only: a client may compare them. */
export const REMINDER_KINDS = [
  "funding_24h",
  "funding_72h",
  "shortfall_72h",
  "terms_24h",
  "terms_72h",
  "delivery_overdue",
  "reclaim_possible",
  "review_72h",
  "review_96h",
  "dispute_window_closing",
  "silent_approval_soon",
  "dispute_24h",
  "mediation_soon",
  "mediation_started",
  "mediation_half_time",
  "mediation_48h",
  "mediation_24h",
  "mediation_deadlock",
] as const;
/** One of `REMINDER_KINDS`. */
export type ReminderKind = (typeof REMINDER_KINDS)[number];

/** People whom a reminder reaches; the administrators are the platform's own. */
export type ReminderRole = "homeowner" | "contractor" | "mediator" | "administrators";

/** What the schedule is made of. Times are Unix seconds of the chain's clock; null for what has not happened. */
export interface MilestoneClock extends Pick<
  PolicyMilestone,
  | "state"
  | "submittedAt"
  | "disputedAt"
  | "evidenceHash"
  | "reasonHash"
  | "disputeClosesAt"
  | "silentApprovalAt"
  | "reclaimableAt"
> {
  /** Date by which the work is to be delivered; null for none. */
  dueDate: bigint | null;
  /** Since when the homeowner is expected to fund it: the end of the milestone before, or the finalization. */
  fundableSince: bigint | null;
  /** Base units that the homeowner's wallet lacks for funding it. */
  shortfall: bigint;
  /** When the contractor was first asked to sign the terms. */
  offeredAt: bigint | null;
  /** When the contractor signed the terms. */
  acceptedAt: bigint | null;
  /** Time from which it may be submitted. */
  readyAt: bigint | null;
  /** Start of the mediation, which may lie ahead. */
  mediationAt: bigint | null;
  /** First second in which anyone may pay out the agreed split. */
  mediationExpiresAt: bigint | null;
}

/** A reminder of a milestone. */
export interface Reminder {
  kind: ReminderKind;
  roles: readonly ReminderRole[];
  /** First second in which it is due. */
  at: bigint;
  /** First second in which it is no longer due: the next one takes its place, or its time is over. Null for no end. */
  until: bigint | null;
  /**
   * What it is about: the hash and time of a submission or dispute. Together with milestone and kind it is unique, so a
   * submission after a repair starts over.
   */
  round: string;
}

/**
 * Returns the reminders of the milestone's state, in the order of their times; none of a state that has ended. Among reminders of
 * one track, only the latest is due at any time, so nobody is told three things at once after an outage.
 * @example
 * scheduleOf(clock).filter((reminder) => isDue(reminder, now));
 */
export function scheduleOf(clock: MilestoneClock): Reminder[] {
  return STATES[clock.state](clock).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** Returns whether a reminder is due at `now`. */
export const isDue = ({ at, until }: Reminder, now: bigint): boolean =>
  at <= now && (until === null || now < until);

/** Returns the first second after `now` in which a reminder becomes due; null for none. */
export function nextAt(reminders: readonly Reminder[], now: bigint): bigint | null {
  return reminders.find(({ at }) => at > now)?.at ?? null;
}

/** One step of a track. */
interface Step {
  kind: ReminderKind;
  roles: readonly ReminderRole[];
  at: bigint;
  /** End of its own, where it comes before that of the track. */
  until?: bigint | null;
}

/**
 * Returns the reminders of one track: those within it, each until the next. Of two at the same second the later in the list
 * stays, which is the more urgent one.
 */
function track(
  round: string,
  start: bigint,
  end: bigint | null,
  steps: readonly Step[],
): Reminder[] {
  const within = steps.filter(({ at }) => at >= start && (end === null || at < end));
  const sorted = within
    .map((step, rank) => ({ step, rank }))
    .sort((a, b) => (a.step.at < b.step.at ? -1 : a.step.at > b.step.at ? 1 : a.rank - b.rank))
    .map(({ step }) => step);
  const last = sorted.filter(({ at }, index) => sorted[index + 1]?.at !== at);
  return last.map(({ kind, roles, at, until }, index) => {
    const ends = [end, until ?? null, last[index + 1]?.at ?? null].filter((each) => each !== null);
    return { kind, roles, at, until: earliest(ends), round };
  });
}

const earliest = (times: readonly bigint[]): bigint | null =>
  times.reduce<bigint | null>(
    (first, time) => (first === null || time < first ? time : first),
    null,
  );

/** Returns the time so long before the end, but not before half of the period: terms may be shorter than the notice. */
function before(end: bigint, notice: bigint, start: bigint): bigint {
  const half = start + (end - start) / 2n;
  return end - notice > half ? end - notice : half;
}

const STATES: Readonly<Record<MilestoneClock["state"], (clock: MilestoneClock) => Reminder[]>> = {
  unfunded: unfunded,
  funded: funded,
  submitted: submitted,
  disputed: disputed,
  mediation: inMediation,
  released: () => [],
  resolved: () => [],
  refunded: () => [],
};

function unfunded({ fundableSince, dueDate, shortfall }: MilestoneClock): Reminder[] {
  if (fundableSince === null) return [];
  const funding = track("funding", fundableSince, null, [
    { kind: "funding_24h", roles: ["homeowner"], at: fundableSince + 24n * HOUR },
    { kind: "funding_72h", roles: ["homeowner", "contractor"], at: fundableSince + 72n * HOUR },
  ]);
  if (dueDate === null || shortfall <= 0n || dueDate <= fundableSince) return funding;
  const start = dueDate - 72n * HOUR > fundableSince ? dueDate - 72n * HOUR : fundableSince;
  const alert = { kind: "shortfall_72h", roles: ["homeowner"], at: start } as const;
  return [...funding, ...track("funding", start, dueDate, [alert])];
}

function funded(clock: MilestoneClock): Reminder[] {
  const { acceptedAt, offeredAt, readyAt, dueDate, reclaimableAt } = clock;
  if (acceptedAt === null) {
    if (offeredAt === null) return [];
    return track("terms", offeredAt, null, [
      { kind: "terms_24h", roles: ["contractor"], at: offeredAt + 24n * HOUR },
      { kind: "terms_72h", roles: ["contractor", "homeowner"], at: offeredAt + 72n * HOUR },
    ]);
  }
  if (readyAt === null) return [];
  const parties = ["contractor", "homeowner"] as const;
  const overdue = dueDate === null ? [] : [{ at: dueDate > readyAt ? dueDate : readyAt }];
  const reclaim = reclaimableAt === null ? [] : [{ at: reclaimableAt }];
  return track("delivery", readyAt, null, [
    ...overdue.map(({ at }) => ({ kind: "delivery_overdue" as const, roles: parties, at })),
    ...reclaim.map(({ at }) => ({ kind: "reclaim_possible" as const, roles: parties, at })),
  ]);
}

function submitted(clock: MilestoneClock): Reminder[] {
  const { submittedAt: start, silentApprovalAt: end, disputeClosesAt, evidenceHash } = clock;
  if (start === null || end === null || disputeClosesAt === null) return [];
  const roles = ["homeowner"] as const;
  return track(`submission:${evidenceHash}:${start}`, start, end, [
    { kind: "review_72h", roles, at: start + 72n * HOUR },
    { kind: "review_96h", roles, at: start + 96n * HOUR },
    {
      kind: "dispute_window_closing",
      roles,
      at: before(disputeClosesAt, 12n * HOUR, start),
      until: disputeClosesAt,
    },
    { kind: "silent_approval_soon", roles, at: before(end, 24n * HOUR, start) },
  ]);
}

function disputed(clock: MilestoneClock): Reminder[] {
  const { disputedAt: start, mediationAt: end } = clock;
  if (start === null || end === null) return [];
  const roles = ["contractor", "homeowner"] as const;
  return track(disputeRound(clock), start, end, [
    { kind: "dispute_24h", roles, at: start + 24n * HOUR },
    { kind: "mediation_soon", roles, at: before(end, 12n * HOUR, start) },
  ]);
}

function inMediation(clock: MilestoneClock): Reminder[] {
  const { mediationAt: start, mediationExpiresAt: end } = clock;
  if (start === null || end === null) return [];
  const roles = ["mediator"] as const;
  const round = disputeRound(clock);
  return [
    ...track(round, start, end, [
      { kind: "mediation_started", roles, at: start },
      { kind: "mediation_half_time", roles, at: start + (end - start) / 2n },
      { kind: "mediation_48h", roles, at: before(end, 48n * HOUR, start) },
      { kind: "mediation_24h", roles, at: before(end, 24n * HOUR, start) },
    ]),
    ...track(round, end, null, [
      { kind: "mediation_deadlock", roles: ["administrators"], at: end },
    ]),
  ];
}

const disputeRound = ({ reasonHash, disputedAt }: MilestoneClock): string =>
  `dispute:${reasonHash}:${disputedAt}`;
