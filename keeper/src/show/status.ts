/** What a person wants to see: what is due next, what is stuck and why, and whose money won't do. */
import { type Counts, counts, type StatusEntry, stuck, upcoming } from "../store/status";
import type { Database, Underfunded } from "../types";
import { type Profit, profits } from "./profit";
import { duration, table, utc } from "./table";

/** Of a list, at most. */
const ROWS = 20;

export interface StatusView {
  /** Unix seconds by the chain's clock. */
  chainNow: bigint;
  counts: Counts;
  /** Null when nobody could ask the queue. */
  queue: { queued: number; active: number } | null;
  upcoming: StatusEntry[];
  stuck: StatusEntry[];
  /** Null when it was not looked for. */
  underfunded: readonly Underfunded[] | null;
  profits: readonly Profit[];
}

export interface StatusQuery {
  database: Database;
  chainNow: bigint;
  queue?: { depth(database?: Database): Promise<{ queued: number; active: number }> };
  underfunded?: readonly Underfunded[] | null;
  /** Rows of each list, but of what is not covered. Default: 20. */
  limit?: number;
}

/** Reads the view from the store. */
export async function readStatus(query: StatusQuery): Promise<StatusView> {
  const { database, chainNow, limit = ROWS } = query;
  return {
    chainNow,
    counts: await counts(database, chainNow),
    queue: query.queue ? await query.queue.depth(database) : null,
    upcoming: await upcoming(database, limit),
    stuck: await stuck(database, chainNow, limit),
    underfunded: query.underfunded ?? null,
    profits: await profits(database, limit),
  };
}

/**
 * The view as text, for people and for `grep`. `now` is the database's clock as far as it is known here, for pauses and
 * ages only; what is due is the chain's to say.
 */
export function renderStatus(view: StatusView, now: Date): string {
  return [
    `Chain time ${utc(view.chainNow)}\n${totals(view)}`,
    section("Due next", view.upcoming, (entries) => nextTable(entries, view.chainNow, now)),
    section("Stuck", view.stuck, (entries) => stuckTable(entries, view.chainNow, now)),
    ...(view.underfunded
      ? [
          section("Due within 72 hours and not covered", view.underfunded, (entries) =>
            underfundedTable(entries, view.chainNow),
          ),
        ]
      : []),
    ...(view.profits.length > 0 ? [section("Earned and spent", view.profits, profitTable)] : []),
  ].join("\n");
}

function totals({ counts: all, queue }: StatusView): string {
  const waiting = Object.values(all.waiting).reduce((total, count) => total + count, 0);
  const numbers = [
    `${all.scheduled} scheduled`,
    `${all.due} due`,
    `${all.backingOff} backing off`,
    `${waiting} waiting`,
    `${all.done} done`,
    ...(queue ? [`${queue.queued} queued`, `${queue.active} in work`] : []),
    `${all.openAttempts} transactions open`,
    `${all.outcomes} milestones paid`,
  ];
  return `${numbers.join(" · ")}\n`;
}

function section<T>(
  title: string,
  entries: readonly T[],
  render: (entries: readonly T[]) => string,
): string {
  return entries.length === 0 ? `${title}: nothing\n` : `${title}\n${render(entries)}`;
}

function nextTable(entries: readonly StatusEntry[], chainNow: bigint, now: Date): string {
  return table(
    ["policy", "milestone", "action", "due", "when", "put off"],
    entries.map((entry) => [
      ...what(entry),
      entry.dueAt === null ? null : utc(entry.dueAt),
      entry.dueAt === null ? null : distance(entry.dueAt, chainNow),
      isAhead(entry.notBefore, now)
        ? `${duration(secondsBetween(now, entry.notBefore))}: ${entry.reason}`
        : null,
    ]),
  );
}

function stuckTable(entries: readonly StatusEntry[], chainNow: bigint, now: Date): string {
  return table(
    ["policy", "milestone", "action", "why", "overdue", "since", "tries", "again"],
    entries.map((entry) => [
      ...what(entry),
      entry.reason || "unknown",
      entry.dueAt === null ? null : duration(chainNow - entry.dueAt),
      `${duration(secondsBetween(entry.since, now))} ago`,
      String(entry.attempts),
      againAt(entry, now),
    ]),
  );
}

/** The soonest ones: a stranger can make as many as they like. */
function underfundedTable(entries: readonly Underfunded[], chainNow: bigint): string {
  const more = entries.length - ROWS;
  const shown = table(
    ["policy", "milestone", "due", "when", "missing", "why"],
    entries
      .slice(0, ROWS)
      .map((entry) => [
        entry.policy,
        String(entry.milestoneIndex),
        utc(entry.dueAt),
        distance(entry.dueAt, chainNow),
        entry.shortfall.toString(),
        entry.reason,
      ]),
  );
  return more > 0 ? `${shown}and ${more} more\n` : shown;
}

function profitTable(entries: readonly Profit[]): string {
  return table(
    ["mint", "payments", "rewards", "fees in lamports", "rent in lamports"],
    entries.map((entry) => [
      entry.mint ?? "not known",
      entry.payments.toString(),
      rewardsOf(entry),
      entry.feeLamports.toString(),
      entry.mint === null ? null : entry.rentLamports.toString(),
    ]),
  );
}

function rewardsOf({ rewards, unknownRewards, payments }: Profit): string | null {
  if (unknownRewards === payments) return null;
  return unknownRewards === 0n ? rewards.toString() : `${rewards} or more`;
}

function what({ policy, milestoneIndex, action }: StatusEntry): string[] {
  return [policy, String(milestoneIndex), action];
}

function againAt({ state, notBefore }: StatusEntry, now: Date): string {
  if (state === "waiting") return "when it changes";
  return isAhead(notBefore, now) ? `in ${duration(secondsBetween(now, notBefore))}` : "now";
}

function distance(dueAt: bigint, chainNow: bigint): string {
  if (dueAt > chainNow) return `in ${duration(dueAt - chainNow)}`;
  return dueAt === chainNow ? "now" : `${duration(chainNow - dueAt)} ago`;
}

function isAhead(date: Date | null, now: Date): date is Date {
  return date !== null && date > now;
}

function secondsBetween(from: Date, to: Date): bigint {
  return BigInt(Math.max(0, Math.round((to.getTime() - from.getTime()) / 1_000)));
}
