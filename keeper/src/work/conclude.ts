/** What becomes of a policy that could not be paid: put off, waiting for an account, or over. */
import { readWatch } from "../find/watch";
import { backoffSeconds, MAX_BACKOFF_SECS } from "../send/backoff";
import { FEE_PAYER_SHORT } from "../send/classify";
import { backOff, done, wait } from "../store/policies";
import type { Verdict } from "../types";
import type { MilestoneContext, ReleaseSnapshot } from "@milepost/sdk";
import type { Connection, PublicKey } from "@solana/web3.js";
import { decide, type Item } from "./decide";
import { look } from "./look";
import type { WorkerSettings } from "./settings";
import { watchedAccounts } from "./watched-accounts";

type Settings = Pick<
  WorkerSettings,
  "context" | "database" | "events" | "payer" | "gatewaySigners" | "random"
>;

/**
 * `snapshot` is what was read last, and may be out of date. What was `tried` because it looked ready, and failed, is left
 * alone for longer each time also when it waits: whoever breaks it in front of every try may repair it for the next one.
 */
export async function conclude(
  settings: Settings,
  item: Item,
  verdict: Verdict,
  { snapshot = null, tried = false }: { snapshot?: ReleaseSnapshot | null; tried?: boolean } = {},
): Promise<void> {
  settings.events.failed(item.member, verdict);
  if (verdict.kind === "retryable") return putOff(settings, item, verdict.reason);
  if (verdict.kind === "terminal") return done(settings.database, item.member, verdict.reason);
  return lookAgain(settings, item, verdict, snapshot, tried);
}

/** The rule said no: asked again as late as anything is. */
export async function refused(settings: Settings, item: Item): Promise<void> {
  const reason = "ReleaseRefused";
  settings.events.failed(item.member, { kind: "retryable", reason });
  await backOff(settings.database, item.member, MAX_BACKOFF_SECS, reason);
}

/**
 * The watch is read before the decision, so that a change between the two is not missed. What only the chain's answer
 * showed and the accounts don't is put off: it is not for them to end it.
 */
async function lookAgain(
  settings: Settings,
  item: Item,
  verdict: Verdict,
  snapshot: ReleaseSnapshot | null,
  tried: boolean,
): Promise<void> {
  const { context, database } = settings;
  const { policy } = item.member;
  // Which account is frozen only a new look tells; the others go on changing with every payment.
  const isOld = verdict.reason === "TokenAccountFrozen";
  const first = isOld ? (await look(context, [policy])).get(policy)! : { snapshot };
  const known = "snapshot" in first ? first.snapshot : null;
  const watch = await readWatch(context, watchedAccounts(policy, verdict.reason, known)).catch(
    () => null,
  );
  const looks = await look(watch ? atLeast(context, watch.slot) : context, [policy]);
  const decision = decide(item, looks.get(policy)!, keysOf(settings));
  const now = decision.kind === "held up" ? decision.verdict : null;
  if (now?.kind === "terminal") return done(database, item.member, now.reason);
  // Another reason than the one that the watch is for: the next try will find it.
  if (watch && now?.kind === "waiting" && now.reason === verdict.reason) {
    const seconds = tried ? backoffSeconds(item.attempts, settings.random) : 0;
    return wait(database, item.member, now.reason, watch, seconds);
  }
  return putOff(settings, item, verdict.reason);
}

/** The same, but no account is read as it was before the slot: an RPC that lags behind refuses. */
function atLeast(context: MilestoneContext, minContextSlot: number): MilestoneContext {
  const connection = Object.create(context.connection) as Connection;
  connection.getMultipleAccountsInfoAndContext = (addresses: PublicKey[]) =>
    context.connection.getMultipleAccountsInfoAndContext(addresses, {
      commitment: context.commitment,
      minContextSlot,
    });
  return { ...context, connection };
}

export function keysOf({ payer, gatewaySigners = [] }: Pick<Settings, "payer" | "gatewaySigners">) {
  return [payer, ...gatewaySigners].map(({ publicKey }) => publicKey);
}

/** At most so many earlier tries count when no policy is to blame: all are paid minutes after somebody sent SOL. */
const TRIES_WITHOUT_BLAME = 3;

async function putOff(settings: Settings, item: Item, reason: string): Promise<void> {
  const isBlameless = reason === FEE_PAYER_SHORT;
  const tries = isBlameless ? Math.min(item.attempts, TRIES_WITHOUT_BLAME) : item.attempts;
  const seconds = backoffSeconds(tries, settings.random);
  await backOff(settings.database, item.member, seconds, reason);
}
