/** Rows of freight tokens. A shipment has one at most. */
import type { Database } from "@milepost/database";
import { type Owner, ownerValues } from "../owner";
import type { Page } from "../server/page";
import type { CurrencyName } from "../wire";

/** States of a token: locked once a payment is made on it, redeemed once that is settled. */
export const TOKEN_STATUSES = [
  "created",
  "active",
  "locked",
  "redeemed",
  "expired",
  "cancelled",
] as const;
/** One of `TOKEN_STATUSES`. */
export type TokenStatus = (typeof TOKEN_STATUSES)[number];

/** A freight token. */
export interface FreightToken {
  id: bigint;
  shipmentId: bigint;
  /** Base units. */
  faceValue: bigint;
  currency: CurrencyName;
  status: TokenStatus;
  riskScore: number | null;
  riskCategory: string | null;
  recommendedAction: string | null;
  createdAt: Date;
  updatedAt: Date;
}

interface TokenRow {
  id: string | number;
  shipment_id: string | number;
  face_value: string;
  currency: CurrencyName;
  status: TokenStatus;
  risk_score: number | null;
  risk_category: string | null;
  recommended_action: string | null;
  created_at: Date;
  updated_at: Date;
}

const toToken = (row: TokenRow): FreightToken => ({
  id: BigInt(row.id),
  shipmentId: BigInt(row.shipment_id),
  faceValue: BigInt(row.face_value),
  currency: row.currency,
  status: row.status,
  riskScore: row.risk_score,
  riskCategory: row.risk_category,
  recommendedAction: row.recommended_action,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Writes a new token. */
export async function insertToken(
  transaction: Database,
  owner: Owner,
  token: FreightToken,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.freight_tokens
       (account_id, mode, id, shipment_id, face_value, currency, status, risk_score, risk_category,
        recommended_action, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...ownerValues(owner),
      token.id.toString(),
      token.shipmentId.toString(),
      token.faceValue.toString(),
      token.currency,
      token.status,
      token.riskScore,
      token.riskCategory,
      token.recommendedAction,
      token.createdAt,
      token.updatedAt,
    ],
  );
}

/** Changes a token's state. */
export async function setTokenStatus(
  transaction: Database,
  owner: Owner,
  { id, status, now }: { id: bigint; status: TokenStatus; now: Date },
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.freight_tokens SET status = $4, updated_at = $5
     WHERE account_id = $1 AND mode = $2 AND id = $3`,
    [...ownerValues(owner), id.toString(), status, now],
  );
}

async function readWhere(
  database: Database,
  owner: Owner,
  column: "id" | "shipment_id",
  value: bigint,
): Promise<FreightToken | null> {
  const [row] = await database.query<TokenRow>(
    `SELECT * FROM milepost_gateway.freight_tokens
     WHERE account_id = $1 AND mode = $2 AND ${column} = $3`,
    [...ownerValues(owner), value.toString()],
  );
  return row ? toToken(row) : null;
}

/** Returns the owner's token. Null for any other id. */
export const readToken = (
  database: Database,
  owner: Owner,
  id: bigint,
): Promise<FreightToken | null> => readWhere(database, owner, "id", id);

/** Returns the token of a shipment. Null where it has none. */
export const readTokenOf = (
  database: Database,
  owner: Owner,
  shipmentId: bigint,
): Promise<FreightToken | null> => readWhere(database, owner, "shipment_id", shipmentId);

/** Returns a page of the owner's tokens by id, and their number. */
export async function listTokens(
  database: Database,
  owner: Owner,
  { skip, limit }: Page,
): Promise<{ total: number; tokens: FreightToken[] }> {
  const [counted] = await database.query<{ total: number }>(
    `SELECT count(*)::integer AS total FROM milepost_gateway.freight_tokens
     WHERE account_id = $1 AND mode = $2`,
    ownerValues(owner),
  );
  const rows = await database.query<TokenRow>(
    `SELECT * FROM milepost_gateway.freight_tokens WHERE account_id = $1 AND mode = $2
     ORDER BY id LIMIT $3 OFFSET $4`,
    [...ownerValues(owner), limit, skip],
  );
  return { total: counted!.total, tokens: rows.map(toToken) };
}
