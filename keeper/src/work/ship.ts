/** From decided payments to ended transactions: packs, simulates, signs, journals, delivers, records. */
import { type Execution, groupExecutions, type ReleaseSnapshot } from "@milepost/sdk";
import type { AddressLookupTableAccount } from "@solana/web3.js";
import { classify, FEE_PAYER_SHORT } from "../send/classify";
import { deliver, type Delivery } from "../send/deliver";
import {
  computeUnitLimitFor,
  pack,
  recentPrice,
  type Simulation,
  simulateGroup,
  withBudget,
} from "../send/pack";
import { isAnswering, isRpcFailure, RpcFailure } from "../send/rpc-error";
import { sign, type Signed } from "../send/sign";
import { split } from "../send/split";
import { finishAttempt, type Journaled } from "../store/attempts";
import type { Verdict } from "../types";
import { waivedReward, waiveRewards } from "./claim";
import { inParallel } from "./parallel";
import type { Item } from "./decide";
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
  /** Could not be paid, although it was `tried`, in a simulation or on chain. */
  heldUp(
    item: Item,
    verdict: Verdict,
    snapshot: ReleaseSnapshot | null,
    tried?: boolean,
  ): Promise<void>;
}

/** Ships everything, as few transactions as it takes. Rejects with `RpcFailure` when no RPC answers. */
export async function ship(shipping: Shipping, ready: readonly Ready[]): Promise<void> {
  if (ready.length === 0) return;
  const items = await withinBudget(shipping, ready);
  const { settings } = shipping;
  const payer = settings.payer.publicKey;
  const loads: { group: Ready[]; lookupTables: readonly AddressLookupTableAccount[] }[] = [];
  for (const part of partsOf(settings, items)) {
    const executions = part.items.map(({ execution }) => execution);
    const lookupTables =
      part.mayLookUp && settings.tables ? await settings.tables.tablesFor(executions) : [];
    // What was held up before may be made to fail again, and takes nobody else's transaction with it.
    for (const isFirst of [true, false]) {
      const some = part.items.filter(({ attempts }) => (attempts === 0) === isFirst);
      const { groups, tooLarge } = pack(some, { ...settings.packing, payer, lookupTables });
      for (const item of tooLarge) {
        await shipping.heldUp(item, { kind: "unknown", reason: "SendTooLarge" }, item.snapshot);
      }
      loads.push(...groups.map((group) => ({ group, lookupTables })));
    }
  }
  await inParallel(loads, settings.concurrency ?? 8, ({ group, lookupTables }) =>
    shipGroup(shipping, group, lookupTables),
  );
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

/** How many times what the simulation took a transaction may take, after so many of them that took more than they might. */
const HEADROOM = [1, 4, Infinity] as const;

async function shipGroup(
  shipping: Shipping,
  items: readonly Ready[],
  lookupTables: readonly AddressLookupTableAccount[],
  exceeded = 0,
): Promise<void> {
  const { settings } = shipping;
  const { database } = settings;
  if (items.length === 0 || shipping.isStopping()) return;
  const made = await prepare(shipping, items, lookupTables, HEADROOM[exceeded]!);
  if (made.kind === "unanswered") return unanswered(shipping, items, lookupTables, made.error);
  if (made.kind === "refused") return goOn(shipping, items, lookupTables, made.failure);
  if (made.kind === "lost") return shipGroup(shipping, made.rest, lookupTables, exceeded);
  if (shipping.isStopping()) return;
  await settings.crash?.("after-sign");
  const attempt = await shipping.journal(items, made.signed);
  // Nothing was sent: the others are signed for anew.
  if (!attempt) return shipGroup(shipping, await shipping.stillHeld(items), lookupTables, exceeded);
  await settings.crash?.("after-journal");
  const delivery = await deliver(attempt, {
    ...deliveryOf(shipping),
    onSent: () => settings.crash?.("after-send"),
  });
  if (delivery.state !== "failed") return settle(shipping, attempt, items, delivery);
  const { error } = delivery;
  await settings.crash?.("after-confirm");
  await finishAttempt(database, attempt.signature, {
    state: "failed",
    error: classify(error).reason,
  });
  await settings.crash?.("after-record");
  if (OF_COMPUTE.has(classify(error).reason) && exceeded + 1 < HEADROOM.length) {
    return shipGroup(shipping, items, lookupTables, exceeded + 1);
  }
  return goOn(shipping, items, lookupTables, { isOk: false, err: error, error });
}

type Made =
  | { kind: "signed"; signed: Signed }
  /** The simulation failed. */
  | { kind: "refused"; failure: Failure }
  /** Other workers have taken some over. */
  | { kind: "lost"; rest: Ready[] }
  /** Nothing was sent. */
  | { kind: "unanswered"; error: unknown };

type Failure = Exclude<Simulation, { isOk: true }>;

async function prepare(
  shipping: Shipping,
  items: readonly Ready[],
  lookupTables: readonly AddressLookupTableAccount[],
  headroom: number,
): Promise<Made> {
  const { context, payer, gatewaySigners, priorityFee, crash } = shipping.settings;
  const group = groupOf(shipping, items, lookupTables);
  const simulation = await asked(() => simulateGroup(context, payer.publicKey, group));
  if ("kind" in simulation) return simulation;
  if (!simulation.isOk) return { kind: "refused", failure: simulation };
  const instructions = withBudget(group, {
    computeUnitLimit: computeUnitLimitFor(simulation.computeUnits * headroom),
    computeUnitPrice: await recentPrice(context, group.instructions, priorityFee),
  });
  await crash?.("before-sign");
  const rest = await shipping.stillHeld(items);
  if (rest.length < items.length) return { kind: "lost", rest };
  const signed = await asked(() =>
    sign(context, instructions, { payer, signers: gatewaySigners, lookupTables }),
  );
  return "kind" in signed ? signed : { kind: "signed", signed };
}

async function asked<T>(
  call: () => Promise<T>,
): Promise<T | { kind: "unanswered"; error: unknown }> {
  try {
    return await call();
  } catch (error) {
    return { kind: "unanswered", error };
  }
}

/**
 * An RPC that answers nothing is no policy's fault: nobody is put off, and the pass ends. One that answers, but not about
 * these, is asked about fewer, until it is known about which.
 */
async function unanswered(
  shipping: Shipping,
  items: readonly Ready[],
  lookupTables: readonly AddressLookupTableAccount[],
  error: unknown,
): Promise<void> {
  const verdict = classify(error);
  const isOfRpc = isRpcFailure(verdict);
  if (isOfRpc && !(await isAnswering(shipping.settings.context.connection))) {
    throw new RpcFailure(verdict, error);
  }
  if (isOfRpc && items.length > 1) return shipHalves(shipping, items, lookupTables);
  for (const item of items) await shipping.heldUp(item, verdict, item.snapshot);
}

async function shipHalves(
  shipping: Shipping,
  items: readonly Ready[],
  lookupTables: readonly AddressLookupTableAccount[],
): Promise<void> {
  const middle = Math.ceil(items.length / 2);
  await shipGroup(shipping, items.slice(0, middle), lookupTables);
  return shipGroup(shipping, items.slice(middle), lookupTables);
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
  for (const item of items) await shipping.heldUp(item, { kind: "retryable", reason }, null);
}

export function deliveryOf({ settings, signal }: Pick<Shipping, "settings" | "signal">) {
  const { rpcs, context, pause, resendEveryMs, maxRounds, silentBlocks } = settings;
  const { programId, commitment } = context;
  return { rpcs, programId, commitment, pause, signal, resendEveryMs, maxRounds, silentBlocks };
}

/** After a failure of the whole: who is to blame leaves, the others are tried again. */
async function goOn(
  shipping: Shipping,
  items: readonly Ready[],
  lookupTables: readonly AddressLookupTableAccount[],
  failure: Failure,
): Promise<void> {
  const group = groupOf(shipping, items, lookupTables);
  const verdict = classify(failure.error, {
    programId: shipping.settings.context.programId,
    instructionPrograms: group.instructions.map(({ programId }) => programId),
  });
  const { isShared, ...parts } = split(items, group, failure.err, failure.error);
  if (!isShared) {
    const { settings } = shipping;
    const { blamed, rest, waived } = waiveRewards(settings, verdict.reason, parts);
    for (const item of waived) {
      settings.events.unclaimed?.(waivedReward(settings, item, verdict.reason));
    }
    for (const item of blamed) await shipping.heldUp(item, verdict, item.snapshot, true);
    return shipGroup(shipping, rest, lookupTables);
  }
  if (/LookupTable/.test(verdict.reason)) shipping.settings.tables?.forget();
  if (items.length > 1 && OF_THE_SIZE.has(verdict.reason)) {
    return shipHalves(shipping, items, lookupTables);
  }
  // Who costs hundreds of times a fee leaves first: the others may still be paid.
  const creating =
    verdict.reason === FEE_PAYER_SHORT
      ? items.filter(({ execution }) => execution.setup.length > 0)
      : [];
  const out = creating.length > 0 ? creating : items;
  for (const item of out) await shipping.heldUp(item, verdict, item.snapshot);
  if (out.length === items.length) return;
  const rest = items.filter((item) => !out.includes(item));
  return shipGroup(shipping, rest, lookupTables);
}

/** More compute than the limit; what landed before it may have made it more than in the simulation. */
const OF_COMPUTE = new Set(["ComputationalBudgetExceeded", "ProgramFailedToComplete"]);

/** Half as many may fit. */
const OF_THE_SIZE = new Set([
  ...OF_COMPUTE,
  "MaxLoadedAccountsDataSizeExceeded",
  "TooManyAccountLocks",
]);

/** The SDK's group of items that are known to fit one transaction. */
function groupOf(
  { settings }: Shipping,
  items: readonly Ready[],
  lookupTables: readonly AddressLookupTableAccount[],
) {
  const [group] = groupExecutions(
    items.map(({ execution }) => execution),
    { ...settings.packing, payer: settings.payer.publicKey, lookupTables },
  );
  return group!;
}
