/** Writes down money that a confirmed transaction moved: the ledger, and the movements that reconciliation compares. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { ChainProof } from "../events/record";
import type { EntryType } from "../ledger/ledger-entry";
import { addEntry } from "../ledger/store";
import type { Milestone } from "../milestones/milestone";
import { type MovementKind, recordMovement } from "../policies/store";
import type { Intent } from "./intent";

/** Money of one milestone that moved. */
export interface Moved {
  intent: Intent;
  milestone: Milestone;
  /** Address of the policy. */
  policy: string;
  /** Index within the policy. */
  index: number;
  type: Exclude<EntryType, "SETTLEMENT">;
  /** Base units; `fee` is part of them. */
  amount: bigint;
  fee: bigint;
  destination: string | null;
  /** Unix seconds of the chain. */
  at: bigint;
  proof: ChainProof | null;
}

const MOVEMENTS: Record<Moved["type"], MovementKind> = {
  RESERVE: "funded",
  RELEASE: "paid",
  REFUND: "refunded",
};

/** Writes one movement; a second call of the same effect changes nothing. */
export async function recordMoved(
  context: GatewayContext,
  transaction: Database,
  { intent, milestone, policy, index, type, amount, fee, destination, at, proof }: Moved,
): Promise<void> {
  if (amount === 0n) return;
  const { id: intentId, accountId, mode, currency, decimals } = intent;
  const now = context.now();
  const [signature, slot] = [proof?.signature ?? null, proof?.slot ?? null];
  await addEntry(
    transaction,
    {
      accountId,
      mode,
      intentId,
      milestoneId: milestone.id,
      type,
      amount,
      fee,
      currency,
      decimals,
      policy,
      destination,
      signature,
      slot,
      occurredAt: at,
      effect: `${type}:${milestone.id}:${milestone.attempt}`,
    },
    now,
  );
  const kind = MOVEMENTS[type];
  await recordMovement(transaction, { mode, policy, index, kind, units: amount, signature }, now);
}
