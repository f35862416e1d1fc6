/** The status view: payments that are due next, waiting or postponed payments with their cause, and uncovered ones. */
import type { Database } from "@milepost/database";
import { type Counts, counts, type StatusEntry, stuck, upcoming } from "../store/status";
import type { RpcHostView } from "../send/rpc-health";
import type { QueueDepth } from "../queue/leases";
import type { Underfunded } from "../store/alerts";
import type { FeePayerView } from "../coverage/fee-payer-balance";
import { type Profit, profits } from "./profit";
import { rpcTable } from "./rpcs";
import { duration, table, utc } from "./table";
import { waitSentence } from "./waits";

/** Most rows per list. */
const ROWS = 20;

/** Data of the status view. */
export interface StatusView {
  /** Time of the chain, in Unix seconds. */
  chainNow: bigint;
  /** Numbers of the store. */
  counts: Counts;
  /** Depth of the queue; null when the query had no queue. */
  queue: QueueDepth | null;
  /** Scheduled policies by due time, the next one first; delayed ones are among them. */
  upcoming: StatusEntry[];
  /** Policies that are due, or without a due time, and do not proceed; the longest due first. */
  stuck: StatusEntry[];
  /** Payments that are not covered; null when the query had none. */
  underfunded: readonly Underfunded[] | null;
  /** Earnings and costs per mint, the one with the most payments first. */
  profits: readonly Profit[];
  /** Fee payer and its balance; null or missing when the query had none. */
  feePayer?: FeePayerView | null;
  /** State of each RPC; null or missing when the query had none. */
  rpcs?: readonly RpcHostView[] | null;
}

/** Options of `readStatus`. */
export interface StatusQuery {
  /** Database of the keeper; it is only read. */
  database: Database;
  /** Time of the chain, in Unix seconds. */
  chainNow: bigint;
  /** Queue whose depth is shown. Default: none. */
  queue?: {
    /** Counts the jobs, by connections to the same database when `database` is given; see `ExecuteQueue.depth`. */
    depth(database?: Database): Promise<QueueDepth>;
  };
  /** Payments that are not covered, as `findUnderfunded` found them. Default: null, not shown. */
  underfunded?: readonly Underfunded[] | null;
  /** Fee payer to show. Default: null, not shown. */
  feePayer?: FeePayerView | null;
  /** State of each RPC, as `RpcHealth.views` returns it. Default: not shown. */
  rpcs?: readonly RpcHostView[];
  /** Number of rows per list at most, except of `underfunded`. Default: 20. */
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
    feePayer: query.feePayer ?? null,
    rpcs: query.rpcs ?? null,
  };
}

/**
 * Returns the view as text, for people and for `grep`. `now` is the database's clock as far as it is known here, for delays
 * and ages only; the chain's clock decides what is due.
 */
export function renderStatus(view: StatusView, now: Date): string {
  return [
    `Chain time ${utc(view.chainNow)}\n${totals(view)}${feePayerLine(view)}`,
    section("Due next", view.upcoming, (entries) => nextTable(entries, view.chainNow, now)),
    section("Waiting for others", view.stuck.filter(isWaiting), (entries) =>
      heldUpTable(entries, view.chainNow, now),
    ),
    section(
      "Postponed after an error",
      view.stuck.filter((entry) => !isWaiting(entry)),
      (entries) => heldUpTable(entries, view.chainNow, now),
    ),
    ...(view.underfunded
      ? [
          section("Due within 72 hours and not covered", view.underfunded, (entries) =>
            underfundedTable(entries, view.chainNow),
          ),
        ]
      : []),
    ...(view.profits.length > 0 ? [section("Earned and spent", view.profits, profitTable)] : []),
    ...(view.rpcs ? [section("RPCs", view.rpcs, rpcTable)] : []),
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

function feePayerLine({ feePayer }: StatusView): string {
  if (!feePayer) return "";
  const { address, lamports, paymentsLeft, isShort } = feePayer;
  const affords = paymentsLeft === null ? "" : `, enough for about ${paymentsLeft} payments`;
  const warning = isShort ? ". It runs short: send SOL to it" : "";
  return `Fee payer ${address}: ${lamports} lamports${affords}${warning}\n`;
}

function nextTable(entries: readonly StatusEntry[], chainNow: bigint, now: Date): string {
  return table(
    ["policy", "milestone", "action", "due", "when", "postponed"],
    entries.map((entry) => [
      ...what(entry),
      entry.dueAt === null ? null : utc(entry.dueAt),
      entry.dueAt === null ? null : distance(entry.dueAt, chainNow),
      isAhead(entry.notBefore, now) ? nextTry(entry, chainNow, now) : null,
    ]),
  );
}

function isWaiting({ state }: StatusEntry): boolean {
  return state === "waiting";
}

function heldUpTable(entries: readonly StatusEntry[], chainNow: bigint, now: Date): string {
  return table(
    ["policy", "milestone", "action", "due", "since", "tries", "state"],
    entries.map((entry) => [
      ...what(entry),
      entry.dueAt === null ? null : distance(entry.dueAt, chainNow),
      `${duration(secondsBetween(entry.since, now))} ago`,
      String(entry.attempts),
      stateOf(entry, chainNow, now),
    ]),
  );
}

function stateOf(entry: StatusEntry, chainNow: bigint, now: Date): string {
  if (!isWaiting(entry)) return nextTry(entry, chainNow, now);
  const sentence = waitSentence(entry.reason);
  if (!isAhead(entry.notBefore, now)) return sentence;
  return `${sentence}, and not tried before ${moment(entry.notBefore, chainNow, now)}`;
}

function nextTry({ notBefore, reason }: StatusEntry, chainNow: bigint, now: Date): string {
  const when = isAhead(notBefore, now) ? `at ${moment(notBefore, chainNow, now)}` : "now";
  return `next try ${when}${reason ? `: ${reason}` : ""}`;
}

/** Returns the end of a delay by the database's clock, as chain time. */
function moment(date: Date, chainNow: bigint, now: Date): string {
  const seconds = secondsBetween(now, date);
  return `${utc(chainNow + seconds)} (in ${duration(seconds)})`;
}

/** Shows the soonest ones only: a stranger can create any number. */
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
