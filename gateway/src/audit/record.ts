/** The append-only log of who did what; a trigger refuses UPDATE and DELETE. */
import type { Database } from "@milepost/database";
import { newId } from "../ids/ids";
import type { Caller } from "../caller/caller";

/** One entry of the audit log. */
export interface NewAuditEntry {
  /** Name such as `key.revoked` or `POST /v1/payment-intents`. */
  action: string;
  /** Id of the object, where there is one. */
  objectId?: string;
  /** Id of the request. */
  requestId: string;
  /** Anything that helps later; no secret. */
  details?: Record<string, unknown>;
}

/** Writes an entry in the transaction of the change itself. */
export async function recordAudit(
  transaction: Database,
  caller: Caller,
  { action, objectId, requestId, details }: NewAuditEntry,
  now: Date,
): Promise<void> {
  const { session } = caller;
  await transaction.query(
    `INSERT INTO milepost_gateway.audit_log (id, account_id, mode, key_id, action, object_id, request_id, details, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      newId("audit", now),
      caller.accountId,
      caller.mode,
      caller.keyId,
      action,
      objectId ?? null,
      requestId,
      JSON.stringify(session ? { ...details, wallet: session.wallet } : (details ?? {})),
      now,
    ],
  );
}
