/** From executions that share a transaction to its signed bytes; nothing is written down or sent. */
import { type ExecutionGroup, groupExecutions } from "@milepost/sdk";
import type { AddressLookupTableAccount } from "@solana/web3.js";
import {
  computeUnitLimitFor,
  recentPrice,
  type Simulation,
  simulateGroup,
  withBudget,
} from "../send/pack";
import { sign, type Signed } from "../send/sign";
import type { Ready, Shipping } from "./ship";

/** Payments that are to share a transaction. */
export interface Load {
  items: readonly Ready[];
  lookupTables: readonly AddressLookupTableAccount[];
}

export type Failure = Exclude<Simulation, { isOk: true }>;

export type Made =
  | { kind: "signed"; signed: Signed }
  /** The simulation failed. */
  | { kind: "refused"; failure: Failure }
  /** Other workers have taken some over. */
  | { kind: "lost"; rest: Ready[] }
  /** Nothing was sent. */
  | { kind: "unanswered"; error: unknown };

/** Simulates and signs. `headroom` is how many times the simulated compute units the transaction may take. */
export async function prepare(shipping: Shipping, load: Load, headroom: number): Promise<Made> {
  const { context, payer, gatewaySigners, priorityFee, crash } = shipping.settings;
  const { items, lookupTables } = load;
  const simulation = await simulate(shipping, load);
  if ("kind" in simulation) return simulation;
  if (!simulation.isOk) return { kind: "refused", failure: simulation };
  const group = groupOf(shipping, load);
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

/** `unanswered` also where the transaction could not even be written, because it is too large. */
export function simulate(
  shipping: Shipping,
  load: Load,
): Promise<Simulation | { kind: "unanswered"; error: unknown }> {
  const { context, payer } = shipping.settings;
  return asked(async () => simulateGroup(context, payer.publicKey, groupOf(shipping, load)));
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

/** The SDK's group of items that are known to fit one transaction. */
export function groupOf(
  { settings }: Pick<Shipping, "settings">,
  { items, lookupTables }: Load,
): ExecutionGroup {
  const [group] = groupExecutions(
    items.map(({ execution }) => execution),
    { ...settings.packing, payer: settings.payer.publicKey, lookupTables },
  );
  return group!;
}
