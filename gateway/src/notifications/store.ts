/** Reads and writes the rows of the inbox, and queues their mails. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { Page } from "../http/list";
import { hasWallet } from "../sessions/party-access";
import { newId } from "../ids/ids";

/** Account and mode that a query is limited to. */
export type Owner = Pick<Caller, "accountId" | "mode">;

/** A notification's row. */
export interface NotificationRow {
  id: string;
  person_id: string | null;
  kind: string;
  project_id: string | null;
  milestone_id: string | null;
  subject: string;
  text: string;
  /** Unix seconds of the chain's clock. */
  at: number;
  round: string | null;
  created_at: Date;
  read_at: Date | null;
}

/** Columns of a row; `at` comes as a text. */
export const COLUMNS = [
  ...["id", "person_id", "kind", "project_id", "milestone_id", "subject", "text", "at", "round"],
  ...["created_at", "read_at"],
] as const;

const SELECTED = COLUMNS.join(", ");

/** Returns a row with `at` as a number. */
const toRow = ({ at, ...row }: NotificationRow): NotificationRow => ({ ...row, at: Number(at) });

/** Writes a notification; returns its row. */
export async function insertNotification(
  transaction: Database,
  { accountId, mode }: Owner,
  notification: Omit<NotificationRow, "id" | "created_at" | "read_at">,
  now: Date,
): Promise<NotificationRow> {
  const { person_id, kind, project_id, milestone_id, subject, text, at, round } = notification;
  const id = newId("notification", now);
  await transaction.query(
    `INSERT INTO milepost_gateway.notifications
       (id, account_id, mode, person_id, kind, project_id, milestone_id, subject, text, at, round, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[id, accountId, mode, person_id, kind, project_id, milestone_id],
      ...[subject, text, at, round, now],
    ],
  );
  return { ...notification, id, created_at: now, read_at: null };
}

/** Queues the mail of a notification. */
export async function queueMail(
  transaction: Database,
  { accountId, mode }: Owner,
  notificationId: string,
  address: string,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.mail_recipients (account_id, mode, address) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING`,
    [accountId, mode, address],
  );
  await transaction.query(
    `INSERT INTO milepost_gateway.notification_mails (notification_id, address, account_id, mode, state)
     VALUES ($1, $2, $3, $4, 'pending') ON CONFLICT DO NOTHING`,
    [notificationId, address, accountId, mode],
  );
}

/** Which notifications a list shows. */
export interface InboxFilter {
  /** Null for the platform's administrators. */
  personId: string | null;
  /** Only those that were read, or that were not; all when null. */
  isRead: boolean | null;
  /** Only those about projects in which the person has this wallet; all when null. */
  wallet: string | null;
}

/** Returns one more than the page's limit of a person's notifications, newest first. */
export async function listNotifications(
  database: Database,
  { accountId, mode }: Owner,
  { personId, isRead, wallet }: InboxFilter,
  { limit, after }: Page,
): Promise<NotificationRow[]> {
  const rows = await database.query<NotificationRow>(
    `SELECT ${SELECTED} FROM milepost_gateway.notifications n
     WHERE account_id = $1 AND mode = $2 AND person_id IS NOT DISTINCT FROM $3
       AND ($4::boolean IS NULL OR (read_at IS NOT NULL) = $4) AND ($5::text IS NULL OR id < $5)
       AND ($7::text IS NULL OR EXISTS (SELECT 1 FROM milepost_gateway.projects p
         WHERE p.id = n.project_id AND ${hasWallet("n.person_id", "$7")}))
     ORDER BY id DESC LIMIT $6`,
    [accountId, mode, personId, isRead, after, limit + 1, wallet],
  );
  return rows.map(toRow);
}

/** Marks a notification as read or unread; returns its row, or null when the account has none with this id. */
export async function markNotification(
  transaction: Database,
  { accountId, mode }: Owner,
  id: string,
  readAt: Date | null,
): Promise<NotificationRow | null> {
  // The first reading counts: a repetition keeps its time.
  const [row] = await transaction.query<NotificationRow>(
    `UPDATE milepost_gateway.notifications
     SET read_at = CASE WHEN $4::timestamptz IS NULL THEN NULL ELSE coalesce(read_at, $4) END
     WHERE id = $1 AND account_id = $2 AND mode = $3 RETURNING ${SELECTED}`,
    [id, accountId, mode, readAt],
  );
  return row ? toRow(row) : null;
}
