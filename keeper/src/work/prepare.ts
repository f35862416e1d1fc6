/** Turns a batch into signed bytes. Stores and sends nothing. */
import { type ExecutionGroup, groupExecutions } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { writableAccounts } from "../send/fees-and-blockhash";
import { draft, type Draft } from "../send/message";
import { computeUnitLimitFor } from "../send/pack";
import { sign, type Signed } from "../send/sign";
import { simulate, type Simulation } from "../send/simulate";
import type { Failure } from "./after-failure";
import type { Batch, PassContext, Ready } from "./batch";
import { itemsToSign } from "./may-sign";

export type Prepared =
  | { kind: "signed"; signed: Signed }
  /** Some members may not be signed for; `items` may. */
  | { kind: "reduced"; items: readonly Ready[] }
  | Failed;

type Failed = { kind: "failed"; failure: Failure };

/** Simulates and signs. `headroom` is the factor of the simulated compute units that the transaction may take. */
export async function prepare(
  pass: PassContext,
  batch: Batch,
  headroom: number,
): Promise<Prepared> {
  const { context, payer, gatewaySigners, network, crash } = pass.options;
  const { items } = batch;
  const simulated = await answered(async () => {
    const group = groupOf(pass, batch);
    const computeUnitPrice = await network.price(pricedAccounts(batch, group));
    const made = draft(group, { payer: payer.publicKey, computeUnitPrice });
    return { made, simulation: await simulate(context, made) };
  });
  if ("kind" in simulated) return simulated;
  const { made, simulation } = simulated;
  if (!simulation.isOk) return { kind: "failed", failure: { ...simulation, kind: "simulated" } };
  const computeUnitLimit = computeUnitLimitFor(simulation.computeUnits * headroom);
  await crash?.("before-sign");
  const allowed = await itemsToSign(pass, items);
  if (allowed.length < items.length) return { kind: "reduced", items: allowed };
  const signed = await answered(async () => {
    const latest = await network.blockhash({ isNew: wasTried(batch) });
    return sign(made, { ...latest, computeUnitLimit }, { payer, signers: gatewaySigners });
  });
  return "kind" in signed ? signed : { kind: "signed", signed };
}

const wasTried = ({ items, exceeded, failures }: Batch): boolean =>
  exceeded > 0 || failures > 0 || items.some(({ attempts }) => attempts > 0);

/**
 * Returns the accounts that set the price. Others compete for the fee accounts, which all payments of a gateway write; after
 * a failure, every account may be the one that is in demand.
 */
function pricedAccounts(batch: Batch, { instructions }: ExecutionGroup): PublicKey[] {
  if (wasTried(batch)) return writableAccounts(instructions);
  const shared = batch.items.flatMap(({ snapshot }) => [
    snapshot.gatewayFeeDestination.address,
    snapshot.protocolFeeDestination.address,
  ]);
  return [...new Map(shared.map((address) => [address.toBase58(), address])).values()];
}

/** Simulates a batch. A transaction that is too large to be encoded also counts as unanswered. */
export function simulateBatch(
  pass: Pick<PassContext, "options">,
  batch: Pick<Batch, "items" | "lookupTables">,
): Promise<Simulation | Failed> {
  const { context, payer } = pass.options;
  return answered(() => {
    const made: Draft = draft(groupOf(pass, batch), { payer: payer.publicKey });
    return simulate(context, made);
  });
}

async function answered<T>(call: () => Promise<T>): Promise<T | Failed> {
  try {
    return await call();
  } catch (error) {
    return { kind: "failed", failure: { kind: "unanswered", error } };
  }
}

/** Returns the SDK's group of items that are known to fit one transaction. */
export function groupOf(
  { options }: Pick<PassContext, "options">,
  { items, lookupTables }: Pick<Batch, "items" | "lookupTables">,
): ExecutionGroup {
  const [group] = groupExecutions(
    items.map(({ execution }) => execution),
    { ...options.packing, payer: options.payer.publicKey, lookupTables },
  );
  return group!;
}
