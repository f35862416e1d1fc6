/** Rows of mails on their way: who is mailed next, what is in the mail, and how it ended. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { COLUMNS, type NotificationRow } from "./store";

/** Seconds of the chain's clock between two mails to one address. */
export const MAIL_INTERVAL_SECS = 3_600n;
/** Most notifications per mail. */
const BATCH_SIZE = 50;

/** An address that this process mails now. */
export interface ClaimedRecipient {
  accountId: string;
  mode: Mode;
  address: string;
  /** Failed attempts in a row. */
  failures: number;
  /** Token that still has to be there when the result is written. */
  lease: string;
}

/** When a claim happens: the hour counts by the chain's clock, repetitions after failures by the local one. */
export interface ClaimTime {
  chainTime: bigint;
  now: Date;
}

/** Takes an address with mail that is due, or null. Another process does not get it before the lease runs out. */
export async function claimRecipient(
  database: Database,
  mode: Mode,
  { chainTime, now }: ClaimTime,
  { lease, leaseSecs }: { lease: string; leaseSecs: number },
): Promise<ClaimedRecipient | null> {
  const [row] = await database.query<{ account_id: string; address: string; failures: number }>(
    `WITH due AS MATERIALIZED (
       SELECT account_id, mode, address FROM milepost_gateway.mail_recipients r
       WHERE mode = $1 AND (last_sent_at IS NULL OR last_sent_at <= $2 OR last_sent_at > $3)
         AND (retry_at IS NULL OR retry_at <= $4) AND (lease IS NULL OR lease_until < clock_timestamp())
         AND EXISTS (SELECT 1 FROM milepost_gateway.notification_mails m
           WHERE m.account_id = r.account_id AND m.mode = r.mode AND m.address = r.address AND m.state = 'pending')
       LIMIT 1 FOR UPDATE OF r SKIP LOCKED
     )
     UPDATE milepost_gateway.mail_recipients r
     SET lease = $5, lease_until = clock_timestamp() + make_interval(secs => $6)
     FROM due WHERE r.account_id = due.account_id AND r.mode = due.mode AND r.address = due.address
     RETURNING r.account_id, r.address, r.failures`,
    // A localnet that was reset has an earlier time than the last mail.
    [
      mode,
      (chainTime - MAIL_INTERVAL_SECS).toString(),
      chainTime.toString(),
      now,
      lease,
      leaseSecs,
    ],
  );
  return row
    ? { accountId: row.account_id, mode, address: row.address, failures: row.failures, lease }
    : null;
}

/**
 * Returns the notifications of the next mail, oldest first, and its id. After a crash it is the same mail again: what came later
 * is in the next one, because a mailbox may drop a second copy.
 */
export function takeBatch(
  database: Database,
  { accountId, mode, address }: ClaimedRecipient,
): Promise<{ batch: string; rows: NotificationRow[] } | null> {
  const owner = [accountId, mode, address];
  return database.transaction(async (transaction) => {
    const [started] = await transaction.query<{ batch: string }>(
      `SELECT batch FROM milepost_gateway.notification_mails
       WHERE account_id = $1 AND mode = $2 AND address = $3 AND state = 'pending' AND batch IS NOT NULL
       ORDER BY notification_id LIMIT 1`,
      owner,
    );
    const pending = await transaction.query<NotificationRow>(
      `SELECT ${COLUMNS.map((column) => `n.${column}`).join(", ")}
       FROM milepost_gateway.notification_mails m JOIN milepost_gateway.notifications n ON n.id = m.notification_id
       WHERE m.account_id = $1 AND m.mode = $2 AND m.address = $3 AND m.state = 'pending'
         AND ($4::text IS NULL OR m.batch = $4)
       ORDER BY n.id LIMIT ${BATCH_SIZE}`,
      [...owner, started?.batch ?? null],
    );
    if (pending.length === 0) return null;
    const batch = started?.batch ?? pending[0]!.id;
    await transaction.query(
      `UPDATE milepost_gateway.notification_mails SET batch = $3 WHERE address = $1 AND notification_id = ANY($2)`,
      [address, pending.map(({ id }) => id), batch],
    );
    return { batch, rows: pending.map(({ at, ...row }) => ({ ...row, at: Number(at) })) };
  });
}

/** Notes how notifications ended for an address. */
export async function endMails(
  database: Database,
  address: string,
  ids: readonly string[],
  state: "sent" | "obsolete" | "failed",
  now: Date,
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.notification_mails SET state = $3, finished_at = $4
     WHERE address = $1 AND notification_id = ANY($2) AND state = 'pending'`,
    [address, ids, state, now],
  );
}

/** Gives an address back. `sentAt` is the chain's time of a mail that went out; `retryAt` the local one after a failure. */
export async function releaseRecipient(
  database: Database,
  { accountId, mode, address, lease }: ClaimedRecipient,
  { sentAt, retryAt, failures }: { sentAt?: bigint; retryAt?: Date; failures: number },
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.mail_recipients
     SET lease = NULL, lease_until = NULL, last_sent_at = coalesce($5, last_sent_at), retry_at = $6, failures = $7
     WHERE account_id = $1 AND mode = $2 AND address = $3 AND lease = $4`,
    [
      ...[accountId, mode, address, lease],
      ...[sentAt?.toString() ?? null, retryAt ?? null, failures],
    ],
  );
}
