/** Reads the audit log. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { Page } from "../http/list";
import { toSeconds } from "../time/seconds";
import type { AuditEntry } from "./schema";

interface EntryRow {
  id: string;
  action: string;
  object_id: string | null;
  key_id: string;
  request_id: string;
  details: Record<string, unknown>;
  created_at: Date;
}

/** Returns one more than the page's limit of the account's entries of this mode, newest first. */
export function listEntries(
  database: Database,
  { accountId, mode }: Caller,
  { objectId, keyId }: { objectId?: string; keyId?: string },
  { limit, after }: Page,
): Promise<EntryRow[]> {
  return database.query<EntryRow>(
    `SELECT id, action, object_id, key_id, request_id, details, created_at FROM milepost_gateway.audit_log
     WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR id < $3)
       AND ($4::text IS NULL OR object_id = $4) AND ($5::text IS NULL OR key_id = $5)
     ORDER BY id DESC LIMIT $6`,
    [accountId, mode, after, objectId ?? null, keyId ?? null, limit + 1],
  );
}

/** Returns an entry as the API shows it. */
export const showEntry = (row: EntryRow): AuditEntry => ({
  id: row.id,
  object: "audit_entry",
  action: row.action,
  objectId: row.object_id,
  keyId: row.key_id,
  requestId: row.request_id,
  details: row.details,
  created: toSeconds(row.created_at),
});
