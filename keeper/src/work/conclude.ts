/** What becomes of a policy that could not be paid: put off, waiting for an account, or over. */
import { readWatches } from "../find/watch";
import { backoffSeconds, MAX_BACKOFF_SECS } from "../send/backoff";
import { FEE_PAYER_SHORT } from "../send/classify";
import { RPC_BEHIND } from "../send/rpc-error";
import { backOff, done, wait } from "../store/policies";
import type { Verdict } from "../types";
import { type MilestoneContext, type ReleaseSnapshot, withMinContextSlot } from "@milepost/sdk";
import { decide, type Item } from "./decide";
import { look } from "./look";
import { inParallel } from "./parallel";
import type { WorkerSettings } from "./settings";
import { watchedAccounts } from "./watched-accounts";

type Settings = Pick<
  WorkerSettings,
  "context" | "database" | "events" | "payer" | "gatewaySigners" | "random"
>;

/** A policy that could not be paid. */
export interface HeldUp {
  item: Item;
  verdict: Verdict;
  /** What was read last; it may be out of date. */
  snapshot: ReleaseSnapshot | null;
  /**
   * Looked ready, and failed. Then it is left alone for longer each time also when it waits: whoever breaks it in front of
   * every try may repair it for the next one.
   */
  tried: boolean;
}

/** Database writes at once. */
const WRITTEN_AT_ONCE = 4;

/** Writes down what becomes of these. Rejects when the database or every RPC fails. */
export async function concludeAll(settings: Settings, held: readonly HeldUp[]): Promise<void> {
  for (const { item, verdict } of held) settings.events.failed(item.member, verdict);
  const isClear = ({ verdict: { kind } }: HeldUp) => kind === "retryable" || kind === "terminal";
  await inParallel(held.filter(isClear), WRITTEN_AT_ONCE, async ({ item, verdict }) => {
    if (verdict.kind === "retryable") return putOff(settings, item, verdict.reason);
    return done(settings.database, item.member, verdict.reason);
  });
  const unclear = held.filter((each) => !isClear(each));
  if (unclear.length > 0) await lookAgain(settings, unclear);
}

/** The rule said no: asked again as late as anything is. */
export async function refused(settings: Settings, item: Item): Promise<void> {
  const reason = "ReleaseRefused";
  settings.events.failed(item.member, { kind: "retryable", reason });
  await backOff(settings.database, item.member, MAX_BACKOFF_SECS, reason);
}

/**
 * The watches are read before the decisions, so that a change between the two is not missed. What only the chain's answer
 * showed and the accounts don't is put off: it is not for them to end it.
 */
async function lookAgain(settings: Settings, held: readonly HeldUp[]): Promise<void> {
  const { context, database } = settings;
  const known = await lastKnown(context, held);
  const watches = await readWatches(
    context,
    held.map((each) => watchedAccounts(policyOf(each), each.verdict.reason, known(each))),
  );
  const slot = Math.max(0, ...watches.map((watch) => watch?.slot ?? 0));
  const looks = await look(
    slot > 0 ? withMinContextSlot(context, slot) : context,
    held.map(policyOf),
  );
  const writes = held.map((each, index) => ({ ...each, watch: watches[index] ?? null }));
  await inParallel(writes, WRITTEN_AT_ONCE, async ({ item, verdict, tried, watch }) => {
    const decision = decide(item, looks.get(item.member.policy)!, keysOf(settings));
    const now = decision.kind === "held up" ? decision.verdict : null;
    if (now?.kind === "terminal") return done(database, item.member, now.reason);
    // Another reason than the one that the watch is for: the next try will find it.
    if (watch && now?.kind === "waiting" && now.reason === verdict.reason) {
      const seconds = tried ? backoffSeconds(item.attempts, settings.random) : 0;
      return wait(database, item.member, now.reason, watch, seconds);
    }
    return putOff(settings, item, now?.reason === RPC_BEHIND ? RPC_BEHIND : verdict.reason);
  });
}

function policyOf({ item }: HeldUp): string {
  return item.member.policy;
}

/** Which account is frozen only a new look tells; the others go on changing with every payment. */
async function lastKnown(
  context: MilestoneContext,
  held: readonly HeldUp[],
): Promise<(each: HeldUp) => ReleaseSnapshot | null> {
  const isOld = ({ verdict }: HeldUp) => verdict.reason === "TokenAccountFrozen";
  const looks = await look(context, held.filter(isOld).map(policyOf));
  return (each) => {
    if (!isOld(each)) return each.snapshot;
    const found = looks.get(policyOf(each))!;
    return "snapshot" in found ? found.snapshot : null;
  };
}

export function keysOf({ payer, gatewaySigners = [] }: Pick<Settings, "payer" | "gatewaySigners">) {
  return [payer, ...gatewaySigners].map(({ publicKey }) => publicKey);
}

/** At most so many earlier tries count when no policy is to blame: all are paid minutes after somebody sent SOL. */
const TRIES_WITHOUT_BLAME = 3;

/** What is only out of date is looked at again soon, and does not count as a failure. */
const BEHIND = new Set([RPC_BEHIND, "MilestoneNotCurrent"]);
const BEHIND_SECS = 5;

async function putOff(settings: Settings, item: Item, reason: string): Promise<void> {
  if (BEHIND.has(reason)) {
    return backOff(settings.database, item.member, BEHIND_SECS, reason, item.attempts);
  }
  const isBlameless = reason === FEE_PAYER_SHORT;
  const tries = isBlameless ? Math.min(item.attempts, TRIES_WITHOUT_BLAME) : item.attempts;
  const seconds = backoffSeconds(tries, settings.random);
  await backOff(settings.database, item.member, seconds, reason);
}
