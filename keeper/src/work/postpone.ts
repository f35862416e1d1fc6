/** Decides what becomes of a policy that could not be paid: it is retried later, waits for an account, or is over. */
import { readWatches } from "../find/read-watches";
import { backoffSeconds, MAX_BACKOFF_SECS } from "../send/backoff";
import { FEE_PAYER_SHORT } from "../send/classify";
import { RPC_BEHIND } from "../send/rpc-error";
import { backOff, done, wait } from "../store/policies";
import type { Verdict } from "../send/verdicts";
import { type MilestoneContext, type ReleaseSnapshot, withMinContextSlot } from "@milepost/sdk";
import { decide, type Item } from "./decide";
import { readSnapshots } from "./read-snapshots";
import { inParallel } from "./parallel";
import type { WorkerOptions } from "./worker-options";
import { watchedAccounts } from "./watched-accounts";

type Options = Pick<
  WorkerOptions,
  "context" | "database" | "events" | "payer" | "gatewaySigners" | "random"
>;

/** A policy that could not be paid. */
export interface Postponed {
  item: Item;
  verdict: Verdict;
  /** Snapshot that was read last; it may be out of date. */
  snapshot: ReleaseSnapshot | null;
  /**
   * True after an attempt that looked ready and failed. Such a policy is postponed for longer each time, even when it
   * waits: an attacker who breaks it before every attempt may repair it for the next one.
   */
  tried: boolean;
}

/** Database writes at once. */
const WRITTEN_AT_ONCE = 4;

/** Records the result for these policies. Rejects when the database or every RPC fails. */
export async function postponeAll(options: Options, held: readonly Postponed[]): Promise<void> {
  for (const { item, verdict } of held) options.events.failed(item.member, verdict);
  const isClear = ({ verdict: { kind } }: Postponed) => kind === "retryable" || kind === "terminal";
  await inParallel(held.filter(isClear), WRITTEN_AT_ONCE, async ({ item, verdict }) => {
    if (verdict.kind === "retryable") return retryLater(options, item, verdict.reason);
    return done(options.database, item.member, verdict.reason);
  });
  const unclear = held.filter((each) => !isClear(each));
  if (unclear.length > 0) await readAgain(options, unclear);
}

/** Postpones a policy that the rule refused for the longest delay. */
export async function refused(options: Options, item: Item): Promise<void> {
  const reason = "ReleaseRefused";
  options.events.failed(item.member, { kind: "retryable", reason });
  await backOff(options.database, item.member, MAX_BACKOFF_SECS, reason);
}

/**
 * Reads the policies again and decides. The watches are read before the decisions, so that a change between the two
 * is not missed. An error that only the chain's answer showed and the accounts don't postpones the policy, and does
 * not end it.
 */
async function readAgain(options: Options, held: readonly Postponed[]): Promise<void> {
  const { context, database } = options;
  const known = await lastKnown(context, held);
  const watches = await readWatches(
    context,
    held.map((each) => watchedAccounts(policyOf(each), each.verdict.reason, known(each))),
  );
  const slot = Math.max(0, ...watches.map((watch) => watch?.slot ?? 0));
  const results = await readSnapshots(
    slot > 0 ? withMinContextSlot(context, slot) : context,
    held.map(policyOf),
  );
  const writes = held.map((each, index) => ({ ...each, watch: watches[index] ?? null }));
  await inParallel(writes, WRITTEN_AT_ONCE, async ({ item, verdict, tried, watch }) => {
    const decision = decide(item, results.get(item.member.policy)!, keysOf(options));
    const now = decision.kind === "postponed" ? decision.verdict : null;
    if (now?.kind === "terminal") return done(database, item.member, now.reason);
    // The reason differs from the one of the watch: the next attempt will find it.
    if (watch && now?.kind === "waiting" && now.reason === verdict.reason) {
      const seconds = tried ? backoffSeconds(item.attempts, options.random) : 0;
      return wait(database, item.member, now.reason, watch, seconds);
    }
    return retryLater(options, item, now?.reason === RPC_BEHIND ? RPC_BEHIND : verdict.reason);
  });
}

function policyOf({ item }: Postponed): string {
  return item.member.policy;
}

/** Reads again which account is frozen. Other accounts change with every payment, so their last snapshot serves. */
async function lastKnown(
  context: MilestoneContext,
  held: readonly Postponed[],
): Promise<(each: Postponed) => ReleaseSnapshot | null> {
  const isOld = ({ verdict }: Postponed) => verdict.reason === "TokenAccountFrozen";
  const results = await readSnapshots(context, held.filter(isOld).map(policyOf));
  return (each) => {
    if (!isOld(each)) return each.snapshot;
    const found = results.get(policyOf(each))!;
    return "snapshot" in found ? found.snapshot : null;
  };
}

export function keysOf({ payer, gatewaySigners = [] }: Pick<Options, "payer" | "gatewaySigners">) {
  return [payer, ...gatewaySigners].map(({ publicKey }) => publicKey);
}

/** Limit of the attempts that count when no policy is to blame, so that all are paid minutes after SOL arrives. */
const TRIES_WITHOUT_BLAME = 3;

/** Reasons of a read that was only out of date: it is repeated soon and does not count as a failure. */
const BEHIND = new Set([RPC_BEHIND, "MilestoneNotCurrent"]);
const BEHIND_SECS = 5;

async function retryLater(options: Options, item: Item, reason: string): Promise<void> {
  if (BEHIND.has(reason)) {
    return backOff(options.database, item.member, BEHIND_SECS, reason, item.attempts);
  }
  const isBlameless = reason === FEE_PAYER_SHORT;
  const tries = isBlameless ? Math.min(item.attempts, TRIES_WITHOUT_BLAME) : item.attempts;
  const seconds = backoffSeconds(tries, options.random);
  await backOff(options.database, item.member, seconds, reason);
}
