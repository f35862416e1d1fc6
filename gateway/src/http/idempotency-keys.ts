/** Rows of idempotency keys: claimed before the work, with the answer after it, kept for 24 hours. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { deleteOldRows } from "../rows/delete-old-rows";
import type { Caller } from "../caller/caller";

/** A request's idempotency key with what it stands for. */
export interface Claim {
  caller: Caller;
  key: string;
  fingerprint: string;
}

/**
 * Returns an Idempotency-Key as the database has it. A session's key is its wallet's own: the space, which no sent key has, keeps
 * it apart from the account's keys and from those of other wallets.
 */
export const scopedKey = ({ session }: Pick<Caller, "session">, key: string): string =>
  session ? `${session.wallet} ${key}` : key;

/** Seconds after which a claim without an answer belongs to a process that died. */
export const CLAIM_SECS = 60;

/** Hours that an answer is kept. */
export const KEPT_HOURS = 24;

interface KeyRow {
  fingerprint: string;
  status: number | null;
  body: string | null;
  locked_at: Date;
  created_at: Date;
}

/**
 * Claims the key for this request, or returns the kept answer.
 * Throws `GatewayError`: `idempotency_key_reused` for another request, `idempotency_in_progress` while the first one is at work.
 */
export function claimKey(
  context: GatewayContext,
  { caller, key, fingerprint }: Claim,
): Promise<{ status: number; body: string } | null> {
  const now = context.now();
  const values = [caller.accountId, caller.mode, key];
  return context.database.transaction(async (transaction) => {
    const inserted = await transaction.query(
      `INSERT INTO milepost_gateway.idempotency_keys (account_id, mode, key, fingerprint, locked_at, created_at)
       VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING RETURNING key`,
      [...values, fingerprint, now],
    );
    if (inserted.length > 0) return null;
    const [row] = await transaction.query<KeyRow>(
      `SELECT fingerprint, status, body, locked_at, created_at FROM milepost_gateway.idempotency_keys
       WHERE account_id = $1 AND mode = $2 AND key = $3 FOR UPDATE`,
      values,
    );
    if (!row) throw inProgress();
    const age = now.getTime() - new Date(row.created_at).getTime();
    const isOld = age > KEPT_HOURS * 3_600_000;
    if (row.fingerprint !== fingerprint && !isOld) throw reused();
    if (row.status !== null && !isOld) return { status: row.status, body: row.body! };
    const isAbandoned = now.getTime() - new Date(row.locked_at).getTime() > CLAIM_SECS * 1_000;
    if (!isAbandoned && !isOld) throw inProgress();
    await transaction.query(
      `UPDATE milepost_gateway.idempotency_keys
       SET fingerprint = $4, status = NULL, body = NULL, locked_at = $5, created_at = CASE WHEN $6 THEN $5 ELSE created_at END
       WHERE account_id = $1 AND mode = $2 AND key = $3`,
      [...values, fingerprint, now, isOld],
    );
    return null;
  });
}

/** Keeps the answer of a claimed key. */
export async function keepAnswer(
  database: Database,
  { caller, key }: Claim,
  status: number,
  body: string,
): Promise<void> {
  await database.query(
    "UPDATE milepost_gateway.idempotency_keys SET status = $4, body = $5 WHERE account_id = $1 AND mode = $2 AND key = $3",
    [caller.accountId, caller.mode, key, status, body],
  );
}

/** Forgets a claim whose work failed on our side, so that a repetition runs. */
export async function releaseKey(database: Database, { caller, key }: Claim): Promise<void> {
  await database.query(
    "DELETE FROM milepost_gateway.idempotency_keys WHERE account_id = $1 AND mode = $2 AND key = $3 AND status IS NULL",
    [caller.accountId, caller.mode, key],
  );
}

const inProgress = (): GatewayError =>
  new GatewayError(
    "idempotency_in_progress",
    "A request with this Idempotency-Key is still in progress. Repeat it in a second.",
    { param: "Idempotency-Key", retryAfter: 1 },
  );

const reused = (): GatewayError =>
  new GatewayError(
    "idempotency_key_reused",
    "This Idempotency-Key was used for a request with another method, path or body. Use a new key.",
    { param: "Idempotency-Key" },
  );

/** Removes one batch of keys whose answers are no longer kept; returns their number. */
export const purgeIdempotencyKeys = (
  database: Database,
  now: Date,
  batch: number,
): Promise<number> =>
  deleteOldRows(
    database,
    {
      ...{ table: "idempotency_keys", key: "account_id, mode, key" },
      ...{ where: "created_at < $1", orderBy: "created_at" },
      limit: new Date(now.getTime() - KEPT_HOURS * 3_600_000),
    },
    batch,
  );
