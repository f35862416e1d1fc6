/** Rows of transactions that wait for signatures. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import type { Signatures, UnsignedTransaction } from "../chain";
import { newId } from "../ids/ids";

/** What a transaction is for. */
export interface SigningSubject {
  accountId: string;
  mode: Mode;
  /** Object that the transaction is for, such as an intent. */
  objectId: string;
  /** What it does, such as `fund_part`. */
  purpose: string;
  /** Whatever the service needs when the signatures are there; JSON without bigint. */
  payload: Record<string, unknown>;
}

/** A transaction that was built, with the signatures so far. */
export interface SigningRow {
  id: string;
  purpose: string;
  payload: Record<string, unknown>;
  message: string;
  messageHash: string;
  signatures: Signatures;
  lastValidBlockHeight: number;
  lamports: bigint;
  isCompleted: boolean;
}

/** Writes what was built; returns its id. */
export async function insertSigning(
  database: Database,
  { accountId, mode, objectId, purpose, payload }: SigningSubject,
  { message, messageHash, lastValidBlockHeight, expiresAt, lamports }: UnsignedTransaction,
  now: Date,
): Promise<string> {
  const id = newId("signing", now);
  // Two equal requests within one block build the same bytes: they are one transaction, for the newest of them.
  const [row] = await database.query<{ id: string }>(
    `INSERT INTO milepost_gateway.signings AS signings
       (id, account_id, mode, object_id, purpose, payload, message, message_hash, signatures,
        last_valid_block_height, expires_at, lamports, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '{}', $9, $10, $11, $12)
     ON CONFLICT (mode, message_hash) DO UPDATE SET payload =
       CASE WHEN signings.object_id = EXCLUDED.object_id AND signings.completed_at IS NULL
       THEN EXCLUDED.payload ELSE signings.payload END
     RETURNING id`,
    [
      id,
      accountId,
      mode,
      objectId,
      purpose,
      JSON.stringify(payload),
      message,
      messageHash,
      lastValidBlockHeight,
      expiresAt.toString(),
      lamports.toString(),
      now,
    ],
  );
  return row!.id;
}

/** A transaction with the time at which it expires. */
export interface OpenSigning extends SigningRow {
  /** The chain's time, Unix seconds. */
  expiresAt: number;
}

/** Returns the newest transaction of an object whose payload has these entries, or null. */
export async function findSigning(
  database: Database,
  of: { accountId: string; mode: Mode; objectId: string; payload: Record<string, unknown> },
): Promise<OpenSigning | null> {
  const [row] = await database.query<Row & { expires_at: string | number }>(
    `SELECT id, purpose, payload, message, message_hash, signatures, last_valid_block_height, lamports, completed_at, expires_at
     FROM milepost_gateway.signings
     WHERE object_id = $1 AND mode = $2 AND account_id = $3 AND payload @> $4::jsonb ORDER BY id DESC LIMIT 1`,
    [of.objectId, of.mode, of.accountId, JSON.stringify(of.payload)],
  );
  return row ? { ...toSigning(row), expiresAt: Number(row.expires_at) } : null;
}

interface Row {
  id: string;
  purpose: string;
  payload: Record<string, unknown>;
  message: string;
  message_hash: string;
  signatures: Signatures;
  last_valid_block_height: string | number;
  lamports: string | number;
  completed_at: Date | null;
}

/** Returns the row of these bytes and locks it, or null: another account's, object's or chain's bytes look the same. */
export async function lockSigning(
  transaction: Database,
  of: { accountId: string; mode: Mode; objectId: string; messageHash: string },
): Promise<SigningRow | null> {
  const [row] = await transaction.query<Row>(
    `SELECT id, purpose, payload, message, message_hash, signatures, last_valid_block_height, lamports, completed_at
     FROM milepost_gateway.signings
     WHERE mode = $1 AND message_hash = $2 AND account_id = $3 AND object_id = $4 FOR UPDATE`,
    [of.mode, of.messageHash, of.accountId, of.objectId],
  );
  return row ? toSigning(row) : null;
}

const toSigning = (row: Row): SigningRow => ({
  id: row.id,
  purpose: row.purpose,
  payload: row.payload,
  message: row.message,
  messageHash: row.message_hash,
  signatures: row.signatures,
  lastValidBlockHeight: Number(row.last_valid_block_height),
  lamports: BigInt(row.lamports),
  isCompleted: row.completed_at !== null,
});

/** Writes the signatures so far; with `completedAt`, the sponsor's is among those that were sent. */
export async function updateSigning(
  transaction: Database,
  { id, signatures, completedAt }: { id: string; signatures: Signatures; completedAt: Date | null },
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.signings SET signatures = $2, completed_at = $3 WHERE id = $1",
    [id, JSON.stringify(signatures), completedAt],
  );
}
