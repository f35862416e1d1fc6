/** From decided payments to ended transactions: packs, simulates, signs, journals, delivers, records. */
import type { Execution, ReleaseSnapshot } from "@milepost/sdk";
import { classify } from "../send/classify";
import { deliver, type Delivery } from "../send/deliver";
import { pack } from "../send/pack";
import { isAnswering, isRpcFailure, RpcFailure } from "../send/rpc-error";
import type { Signed } from "../send/sign";
import { OF_COMPUTE } from "../send/split";
import { finishAttempt, type Journaled } from "../store/attempts";
import type { Verdict } from "../types";
import type { Item } from "./decide";
import { judge } from "./judge";
import { inParallel } from "./parallel";
import { type Failure, type Load, prepare, simulate } from "./prepare";
import { recordLanded } from "./record";
import type { RentShare } from "./rent-budget";
import type { WorkerSettings } from "./settings";
import { withinBudget } from "./within-budget";

export interface Ready extends Item {
  execution: Execution;
  snapshot: ReleaseSnapshot;
}

/** What a shipment tells whoever holds the leases. */
export interface Shipping {
  settings: WorkerSettings;
  /** Of the budget of rents; null when there is no limit. */
  rent: RentShare | null;
  /** Ends deliveries, which stay journaled. */
  signal: AbortSignal;
  /** No new signature once this is true. */
  isStopping(): boolean;
  /** Those of the items whose lease is still ours. */
  stillHeld(items: readonly Ready[]): Promise<Ready[]>;
  /** Stores what was signed for these, or null, with nothing stored, when a lease on one of them is lost. */
  journal(items: readonly Ready[], signed: Signed): Promise<Journaled | null>;
  /** The store has what became of these. */
  ended(items: readonly Item[]): Promise<void>;
  /**
   * Could not be paid, although it was `tried`, in a simulation or on chain. What becomes of it is found out beside the
   * other payments, which do not wait for it.
   */
  heldUp(item: Item, verdict: Verdict, snapshot: ReleaseSnapshot | null, tried?: boolean): void;
}

/** Ships everything, as few transactions as it takes. Rejects with `RpcFailure` when no RPC answers. */
export async function ship(shipping: Shipping, ready: readonly Ready[]): Promise<void> {
  if (ready.length === 0) return;
  const items = await withinBudget(shipping, ready);
  const { settings } = shipping;
  const payer = settings.payer.publicKey;
  const firsts: Load[] = [];
  const others: Load[] = [];
  for (const part of partsOf(settings, items)) {
    const executions = part.items.map(({ execution }) => execution);
    const lookupTables =
      part.mayLookUp && settings.tables ? await settings.tables.tablesFor(executions) : [];
    // What was held up before may be made to fail again, and takes nobody else's transaction with it.
    for (const isFirst of [true, false]) {
      const some = part.items.filter(({ attempts }) => (attempts === 0) === isFirst);
      const { groups, tooLarge } = pack(some, { ...settings.packing, payer, lookupTables });
      for (const item of tooLarge) {
        shipping.heldUp(item, { kind: "unknown", reason: "SendTooLarge" }, item.snapshot);
      }
      const loads = isFirst ? firsts : others;
      loads.push(...groups.map((group) => ({ items: group, lookupTables })));
    }
  }
  const loads = [...firsts, ...others];
  await inParallel(loads, settings.concurrency ?? 8, (load) => shipGroup(shipping, load));
}

/**
 * Who may share a transaction. What a gateway's key signs spells every account: what is in a lookup table is an RPC's word,
 * and one that lies about it could have the key sign for another policy than the approved one.
 */
function partsOf(
  { gatewaySigners = [] }: WorkerSettings,
  items: readonly Ready[],
): { items: Ready[]; mayLookUp: boolean }[] {
  const keys = new Set(gatewaySigners.map(({ publicKey }) => publicKey.toBase58()));
  const isGateways = ({ execution }: Ready) => keys.has(execution.executor.toBase58());
  return [
    { items: items.filter((item) => !isGateways(item)), mayLookUp: true },
    { items: items.filter(isGateways), mayLookUp: false },
  ].filter((part) => part.items.length > 0);
}

/** A load, and what was tried with it. */
interface Tried extends Load {
  /** How often it took more compute than it might. */
  exceeded?: number;
  /** How often some of its members were to blame and left. */
  failures?: number;
}

/** How many times what the simulation took a transaction may take, after so many of them that took more than they might. */
const HEADROOM = [1, 4, Infinity] as const;

async function shipGroup(shipping: Shipping, load: Tried): Promise<void> {
  const { settings } = shipping;
  const { database } = settings;
  const { items, exceeded = 0 } = load;
  if (items.length === 0 || shipping.isStopping()) return;
  const made = await prepare(shipping, load, HEADROOM[exceeded]!);
  if (made.kind === "unanswered") return unanswered(shipping, load, made.error);
  if (made.kind === "refused") return goOn(shipping, load, made.failure);
  if (made.kind === "lost") return shipGroup(shipping, { ...load, items: made.rest });
  if (shipping.isStopping()) return;
  await settings.crash?.("after-sign");
  const attempt = await shipping.journal(items, made.signed);
  // Nothing was sent: the others are signed for anew.
  if (!attempt) return shipGroup(shipping, { ...load, items: await shipping.stillHeld(items) });
  await settings.crash?.("after-journal");
  const delivery = await deliver(attempt, {
    ...deliveryOf(shipping),
    onSent: () => settings.crash?.("after-send"),
  });
  if (delivery.state !== "failed") return settle(shipping, attempt, items, delivery);
  const { error } = delivery;
  const { reason } = classify(error);
  await settings.crash?.("after-confirm");
  await finishAttempt(database, attempt.signature, { state: "failed", error: reason });
  await settings.crash?.("after-record");
  if (OF_COMPUTE.has(reason) && exceeded + 1 < HEADROOM.length) {
    return shipGroup(shipping, { ...load, exceeded: exceeded + 1 });
  }
  return goOn(shipping, load, { isOk: false, err: error, error }, true);
}

/**
 * An RPC that answers nothing is no policy's fault: nobody is put off, and the pass ends. One that answers, but not about
 * these, is asked about fewer, until it is known about which.
 */
async function unanswered(shipping: Shipping, load: Tried, error: unknown): Promise<void> {
  const verdict = classify(error);
  if (isRpcFailure(verdict) && !(await isAnswering(shipping.settings.context.connection))) {
    throw new RpcFailure(verdict, error);
  }
  if (load.items.length > 1) return shipHalves(shipping, load, verdict.reason);
  for (const item of load.items) shipping.heldUp(item, verdict, item.snapshot);
}

async function shipHalves(
  shipping: Shipping,
  load: Tried,
  reason: string,
  atOnce = 1,
): Promise<void> {
  const { items } = load;
  shipping.settings.events.split?.(reason, items.length);
  const middle = Math.ceil(items.length / 2);
  const halves = [items.slice(0, middle), items.slice(middle)];
  return inParallel(halves, atOnce, (half) =>
    shipGroup(shipping, { ...load, items: half, exceeded: 0 }),
  );
}

/**
 * After a failure of the whole: who is to blame leaves, and the others are tried again without waiting for its verdict.
 * Where a second one is to blame there may be many, so the rest is not tried once for each of them.
 */
async function goOn(
  shipping: Shipping,
  load: Tried,
  failure: Failure,
  hasLanded = false,
): Promise<void> {
  const { verdict, out, wasTried, rest, isHalved } = judge(shipping, load, failure);
  for (const item of out) shipping.heldUp(item, verdict, item.snapshot, wasTried);
  if (isHalved) return shipHalves(shipping, load, verdict.reason);
  const failures = (load.failures ?? 0) + 1;
  const next = { ...load, items: rest, exceeded: 0, failures };
  if (failures === 1 || rest.length < 3) return shipGroup(shipping, next);
  // Each failure on chain costs a fee and the time of a confirmation.
  if (hasLanded) return shipHalves(shipping, next, verdict.reason, 2);
  return shipGroup(shipping, { ...next, items: await sift(shipping, next) });
}

/** Simulations of members alone at once, of one transaction. */
const SIFTED_AT_ONCE = 4;

/** Simulates each member alone; those that fail leave. */
async function sift(shipping: Shipping, { items, lookupTables }: Load): Promise<Ready[]> {
  const good = new Map<Ready, readonly Ready[]>();
  await inParallel(items, SIFTED_AT_ONCE, async (item) => {
    // What nobody looks at any more is given back.
    if (shipping.isStopping()) return;
    const alone = { items: [item], lookupTables };
    const simulation = await simulate(shipping, alone);
    if ("kind" in simulation) return unanswered(shipping, alone, simulation.error);
    if (simulation.isOk) return void good.set(item, [item]);
    const { verdict, out, rest, wasTried } = judge(shipping, alone, simulation);
    for (const each of out) shipping.heldUp(each, verdict, each.snapshot, wasTried);
    good.set(item, rest);
  });
  return items.flatMap((item) => good.get(item) ?? []);
}

/** Writes down how an attempt ended that did not fail, for the members that are ours. */
export async function settle(
  shipping: Shipping,
  attempt: Journaled,
  items: readonly Item[],
  delivery: Exclude<Delivery, { state: "failed" }>,
): Promise<void> {
  const { settings } = shipping;
  if (delivery.state === "landed") {
    await settings.crash?.("after-confirm");
    await recordLanded(settings, attempt, delivery.slot);
    await settings.crash?.("after-record");
    return shipping.ended(items);
  }
  // Whoever takes over a stopped worker's leases finds the bytes in the journal.
  if (delivery.state === "open" && shipping.signal.aborted) return;
  if (delivery.state === "expired") {
    await finishAttempt(settings.database, attempt.signature, { state: "expired" });
  }
  const reason = delivery.state === "expired" ? "SendBlockhashExpired" : delivery.reason;
  for (const item of items) shipping.heldUp(item, { kind: "retryable", reason }, null);
}

export function deliveryOf({ settings, signal }: Pick<Shipping, "settings" | "signal">) {
  const { rpcs, context, pause, resendEveryMs, maxRounds, silentBlocks } = settings;
  const { programId, commitment } = context;
  return { rpcs, programId, commitment, pause, signal, resendEveryMs, maxRounds, silentBlocks };
}
