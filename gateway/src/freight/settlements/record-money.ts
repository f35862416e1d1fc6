/** Writes down money of an item that a confirmed transaction moved: the ledger, and the movements that reconciliation compares. */
import type { Database } from "@milepost/database";
import type { PolicyState } from "../../chain";
import type { GatewayContext } from "../../context";
import type { EntryType } from "../../ledger/ledger-entry";
import { addEntry, entriesOf, takeEntriesBack } from "../../ledger/store";
import { MAX_DECIMALS } from "../../money/amount";
import { feeOf } from "../../money/split";
import {
  type MovementKind,
  recordMovement,
  removeMovements,
  removePolicy,
  reopenPolicy,
} from "../../policies/store";
import type { Sighting } from "../../policies/see-policy";
import type { Owner } from "../owner";
import type { PaymentIntent } from "../payment-intents/store";
import type { Item } from "../schedules/store";
import { settledIn } from "../wire";

const KINDS: Readonly<Record<Exclude<EntryType, "SETTLEMENT">, MovementKind>> = {
  RESERVE: "funded",
  RELEASE: "paid",
  REFUND: "refunded",
};

/** Money of an item. */
export interface ItemMoney {
  owner: Owner;
  intent: PaymentIntent;
  item: Item;
  sighting: Sighting;
}

/** Returns the fees that the program took from what left the vault for the carrier. */
export const feesOf = (paid: bigint, { gatewayFeeBps, protocolFeeBps }: PolicyState): bigint =>
  feeOf(paid, gatewayFeeBps) + feeOf(paid, protocolFeeBps);

/** Writes what went into the item's vault. A second call changes nothing. */
export const recordFunded = (
  context: GatewayContext,
  transaction: Database,
  money: ItemMoney,
): Promise<void> => {
  const { state } = money.sighting;
  const vault = state.escrow?.vault ?? null;
  return record(context, transaction, money, "RESERVE", state.funded, 0n, vault);
};

/** Writes what left the item's vault, to the carrier and back to the payer. A second call changes nothing. */
export async function recordEnded(
  context: GatewayContext,
  transaction: Database,
  money: ItemMoney,
): Promise<void> {
  const { state } = money.sighting;
  const { paid, refunded } = state.milestones[0]!;
  const fee = feesOf(paid, state);
  await record(context, transaction, money, "RELEASE", paid, fee, state.recipient);
  await record(context, transaction, money, "REFUND", refunded, 0n, state.owner);
}

/** Takes back what left the item's vault, because the chain dropped the transaction. `attempt` differs each time. */
export async function takeEndBack(
  context: GatewayContext,
  transaction: Database,
  { owner: { mode }, item, attempt }: { owner: Owner; item: Item; attempt: number },
): Promise<void> {
  const { objectId: intentId, policy } = item;
  const types = ["RELEASE", "REFUND"] as const;
  await takeEntriesBack(
    transaction,
    { intentId, milestoneId: null, types, attempt },
    context.now(),
  );
  if (policy === null) return;
  await removeMovements(transaction, { mode, policy, index: 0 }, ["paid", "refunded"]);
  await reopenPolicy(transaction, { mode, address: policy });
}

/** Takes back what went into the item's vault, and the policy with it. */
export async function takeFundingBack(
  context: GatewayContext,
  transaction: Database,
  { owner: { mode }, item }: { owner: Owner; item: Item },
): Promise<void> {
  const { objectId: intentId, policy, attempt } = item;
  const types = ["RESERVE"] as const;
  await takeEntriesBack(
    transaction,
    { intentId, milestoneId: null, types, attempt },
    context.now(),
  );
  if (policy === null) return;
  await removeMovements(transaction, { mode, policy, index: 0 }, ["funded"]);
  await removePolicy(transaction, { mode, address: policy });
}

async function record(
  context: GatewayContext,
  transaction: Database,
  { owner, intent, item, sighting: { state, proof } }: ItemMoney,
  type: Exclude<EntryType, "SETTLEMENT">,
  amount: bigint,
  fee: bigint,
  destination: string | null,
): Promise<void> {
  if (amount === 0n) return;
  // What was taken back with a fork may come again: the sum says whether it is written down.
  const known = await entriesOf(transaction, item.objectId, type);
  if (known.amount === amount) return;
  const { accountId, mode } = owner;
  const signature = proof?.signature ?? null;
  const policy = state.address;
  await addEntry(
    transaction,
    {
      accountId,
      mode,
      intentId: item.objectId,
      milestoneId: null,
      type,
      amount,
      fee,
      currency: settledIn(intent.currency),
      decimals: MAX_DECIMALS,
      policy,
      destination,
      signature,
      slot: proof?.slot ?? null,
      occurredAt: type === "RESERVE" ? state.createdAt : state.updatedAt,
      effect: `${type}:${known.count}`,
    },
    context.now(),
  );
  const kind = KINDS[type];
  const movement = { mode, policy, index: 0, kind, units: amount, signature } as const;
  await recordMovement(transaction, movement, context.now());
}
