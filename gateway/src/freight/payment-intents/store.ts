/** Rows of ChainPay's payment intents. */
import type { Database } from "@milepost/database";
import { type Owner, ownerValues } from "../owner";
import type { RiskTier } from "../risk";
import type { Page } from "../server/page";
import type { CurrencyName } from "../wire";
import type { PaymentStatus } from "./payment-status";

/** A payment intent. */
export interface PaymentIntent {
  id: bigint;
  freightTokenId: bigint;
  shipmentId: bigint;
  /** Base units. */
  amount: bigint;
  currency: CurrencyName;
  description: string | null;
  riskScore: number | null;
  riskCategory: string | null;
  riskTier: RiskTier;
  status: PaymentStatus;
  settlementApprovedAt: Date | null;
  settlementDelayedUntil: Date | null;
  settlementCompletedAt: Date | null;
  settlementReason: string | null;
  settlementNotes: string | null;
  /** Chain that the payment belongs to. */
  genesisHash: string;
  /** Addresses in base58; null until they are known. */
  payer: string | null;
  recipient: string | null;
  mediator: string | null;
  createdAt: Date;
  updatedAt: Date;
}

interface IntentRow {
  id: string | number;
  freight_token_id: string | number;
  shipment_id: string | number;
  amount: string;
  currency: CurrencyName;
  description: string | null;
  risk_score: number | null;
  risk_category: string | null;
  risk_tier: RiskTier;
  status: PaymentStatus;
  settlement_approved_at: Date | null;
  settlement_delayed_until: Date | null;
  settlement_completed_at: Date | null;
  settlement_reason: string | null;
  settlement_notes: string | null;
  genesis_hash: string;
  payer: string | null;
  recipient: string | null;
  mediator: string | null;
  created_at: Date;
  updated_at: Date;
}

const toIntent = (row: IntentRow): PaymentIntent => ({
  id: BigInt(row.id),
  freightTokenId: BigInt(row.freight_token_id),
  shipmentId: BigInt(row.shipment_id),
  amount: BigInt(row.amount),
  currency: row.currency,
  description: row.description,
  riskScore: row.risk_score,
  riskCategory: row.risk_category,
  riskTier: row.risk_tier,
  status: row.status,
  settlementApprovedAt: row.settlement_approved_at,
  settlementDelayedUntil: row.settlement_delayed_until,
  settlementCompletedAt: row.settlement_completed_at,
  settlementReason: row.settlement_reason,
  settlementNotes: row.settlement_notes,
  genesisHash: row.genesis_hash,
  payer: row.payer,
  recipient: row.recipient,
  mediator: row.mediator,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Writes an intent, new or changed. */
export async function saveIntent(
  transaction: Database,
  owner: Owner,
  intent: PaymentIntent,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.freight_intents
       (account_id, mode, id, freight_token_id, shipment_id, amount, currency, description, risk_score, risk_category,
        risk_tier, status, settlement_approved_at, settlement_delayed_until, settlement_completed_at,
        settlement_reason, settlement_notes, genesis_hash, payer, recipient, mediator, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
     ON CONFLICT (account_id, mode, id) DO UPDATE SET
       status = EXCLUDED.status, settlement_approved_at = EXCLUDED.settlement_approved_at,
       settlement_delayed_until = EXCLUDED.settlement_delayed_until,
       settlement_completed_at = EXCLUDED.settlement_completed_at,
       settlement_reason = EXCLUDED.settlement_reason, settlement_notes = EXCLUDED.settlement_notes,
       payer = EXCLUDED.payer, recipient = EXCLUDED.recipient, mediator = EXCLUDED.mediator,
       updated_at = EXCLUDED.updated_at`,
    [
      ...ownerValues(owner),
      intent.id.toString(),
      intent.freightTokenId.toString(),
      intent.shipmentId.toString(),
      intent.amount.toString(),
      intent.currency,
      intent.description,
      intent.riskScore,
      intent.riskCategory,
      intent.riskTier,
      intent.status,
      intent.settlementApprovedAt,
      intent.settlementDelayedUntil,
      intent.settlementCompletedAt,
      intent.settlementReason,
      intent.settlementNotes,
      intent.genesisHash,
      intent.payer,
      intent.recipient,
      intent.mediator,
      intent.createdAt,
      intent.updatedAt,
    ],
  );
}

/** Returns the owner's intent, locked where it is to be changed. Null for any other id. */
export async function readIntent(
  database: Database,
  owner: Owner,
  id: bigint,
  { isLocked = false }: { isLocked?: boolean } = {},
): Promise<PaymentIntent | null> {
  const [row] = await database.query<IntentRow>(
    `SELECT * FROM milepost_gateway.freight_intents
     WHERE account_id = $1 AND mode = $2 AND id = $3 ${isLocked ? "FOR UPDATE" : ""}`,
    [...ownerValues(owner), id.toString()],
  );
  return row ? toIntent(row) : null;
}

/** Returns the intents of a shipment by id, locked until the transaction ends. */
export async function lockIntentsOf(
  transaction: Database,
  owner: Owner,
  shipmentId: bigint,
): Promise<PaymentIntent[]> {
  const rows = await transaction.query<IntentRow>(
    `SELECT * FROM milepost_gateway.freight_intents
     WHERE account_id = $1 AND mode = $2 AND shipment_id = $3 ORDER BY id FOR UPDATE`,
    [...ownerValues(owner), shipmentId.toString()],
  );
  return rows.map(toIntent);
}

/** Returns a page of the owner's intents by id, and their number. */
export async function listIntents(
  database: Database,
  owner: Owner,
  { skip, limit, status, tier }: Page & { status: PaymentStatus | null; tier: RiskTier | null },
): Promise<{ total: number; intents: PaymentIntent[] }> {
  const where = `account_id = $1 AND mode = $2 AND ($3::text IS NULL OR status = $3)
    AND ($4::text IS NULL OR risk_tier = $4)`;
  const values = [...ownerValues(owner), status, tier];
  const [counted] = await database.query<{ total: number }>(
    `SELECT count(*)::integer AS total FROM milepost_gateway.freight_intents WHERE ${where}`,
    values,
  );
  const rows = await database.query<IntentRow>(
    `SELECT * FROM milepost_gateway.freight_intents WHERE ${where} ORDER BY id LIMIT $5 OFFSET $6`,
    [...values, limit, skip],
  );
  return { total: counted!.total, intents: rows.map(toIntent) };
}
