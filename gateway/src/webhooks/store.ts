/** Rows of webhook endpoints. */
import type { Database } from "@milepost/database";
import type { EventOwner } from "../events/store";
import type { Page } from "../http/list";
import { toSeconds } from "../time/seconds";
import type { WebhookEndpoint } from "./schema";

/** A secret that signs beside the newest one until it expires. */
export interface OldSecret {
  /** Sealed. */
  secret: string;
  /** Unix milliseconds. */
  expiresAt: number;
}

/** A row of the table. */
export interface EndpointRow {
  id: string;
  account_id: string;
  mode: "test" | "live";
  url: string;
  description: string | null;
  enabled_events: string[];
  metadata: Record<string, string>;
  status: "enabled" | "disabled";
  /** Sealed, as the old secrets are. */
  secret: string;
  old_secrets: OldSecret[];
  created_at: Date;
  failing_since: Date | null;
  warned_at: Date | null;
  disabled_at: Date | null;
  disabled_reason: string | null;
}

/** Columns that a caller sets. */
export type NewEndpointRow = Omit<
  EndpointRow,
  "old_secrets" | "failing_since" | "warned_at" | "disabled_at" | "disabled_reason"
>;

/** Returns an endpoint as the API shows it: without its secret. */
export function showEndpoint(row: EndpointRow): WebhookEndpoint {
  return {
    id: row.id,
    object: "webhook_endpoint",
    mode: row.mode,
    url: row.url,
    description: row.description,
    enabledEvents: row.enabled_events,
    status: row.status,
    metadata: row.metadata,
    created: toSeconds(row.created_at),
    failingSince: toSeconds(row.failing_since),
    disabledReason: row.disabled_reason,
    oldSecretExpires: lastExpiry(row.old_secrets),
  };
}

function lastExpiry(secrets: readonly OldSecret[]): number | null {
  if (secrets.length === 0) return null;
  return Math.floor(Math.max(...secrets.map(({ expiresAt }) => expiresAt)) / 1_000);
}

/** Writes a new endpoint. */
export async function insertEndpoint(
  database: Database,
  row: NewEndpointRow,
): Promise<EndpointRow> {
  const [inserted] = await database.query<EndpointRow>(
    `INSERT INTO milepost_gateway.webhook_endpoints
       (id, account_id, mode, url, description, enabled_events, metadata, status, secret, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *`,
    [
      row.id,
      row.account_id,
      row.mode,
      row.url,
      row.description,
      row.enabled_events,
      JSON.stringify(row.metadata),
      row.status,
      row.secret,
      row.created_at,
    ],
  );
  return inserted!;
}

/** Counts the account's endpoints of the mode. */
export async function countEndpoints(
  database: Database,
  { accountId, mode }: EventOwner,
): Promise<number> {
  const [row] = await database.query<{ count: string }>(
    "SELECT count(*) AS count FROM milepost_gateway.webhook_endpoints WHERE account_id = $1 AND mode = $2",
    [accountId, mode],
  );
  return Number(row!.count);
}

/** Returns one more than the page's limit of the account's endpoints. */
export function listEndpoints(
  database: Database,
  { accountId, mode }: EventOwner,
  { limit, after }: Page,
): Promise<EndpointRow[]> {
  return database.query<EndpointRow>(
    `SELECT * FROM milepost_gateway.webhook_endpoints
     WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [accountId, mode, after, limit + 1],
  );
}

/** Returns the account's endpoint, or null; `isLocked` keeps it as it is until the transaction ends. */
export async function findEndpoint(
  database: Database,
  { accountId, mode }: EventOwner,
  id: string,
  isLocked = false,
): Promise<EndpointRow | null> {
  const [row] = await database.query<EndpointRow>(
    `SELECT * FROM milepost_gateway.webhook_endpoints
     WHERE account_id = $1 AND mode = $2 AND id = $3 ${isLocked ? "FOR UPDATE" : ""}`,
    [accountId, mode, id],
  );
  return row ?? null;
}

/** Writes what the caller may change, and what follows from it. */
export async function updateEndpoint(database: Database, row: EndpointRow): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.webhook_endpoints
     SET url = $2, description = $3, enabled_events = $4, metadata = $5, status = $6, secret = $7, old_secrets = $8,
       failing_since = $9, warned_at = $10, disabled_at = $11, disabled_reason = $12
     WHERE id = $1`,
    [
      row.id,
      row.url,
      row.description,
      row.enabled_events,
      JSON.stringify(row.metadata),
      row.status,
      row.secret,
      JSON.stringify(row.old_secrets),
      row.failing_since,
      row.warned_at,
      row.disabled_at,
      row.disabled_reason,
    ],
  );
}

/** Removes an endpoint with its deliveries. */
export async function deleteEndpoint(database: Database, id: string): Promise<void> {
  await database.query("DELETE FROM milepost_gateway.webhook_endpoints WHERE id = $1", [id]);
  await database.query("DELETE FROM milepost_gateway.webhook_deliveries WHERE endpoint_id = $1", [
    id,
  ]);
}
