/** Rows of accounts and keys. */
import type { Database } from "@milepost/database";
import { newId } from "../ids/ids";
import { type Caller, SCOPES, type Scope } from "../caller/caller";
import { createKeyText, hashKey, isSameHash, parseKeyText } from "./key-format";
import type { Page } from "../http/list";
import { toSeconds } from "../time/seconds";
import type { Mode } from "../caller/mode";
import type { ApiKey } from "./schema";

/** Creates an API account; returns its id. */
export async function createAccount(database: Database, name: string, now: Date): Promise<string> {
  const id = newId("account", now);
  await database.query(
    "INSERT INTO milepost_gateway.accounts (id, name, created_at) VALUES ($1, $2, $3)",
    [id, name, now],
  );
  return id;
}

/** Creates an account with a given id, unless it is there. */
export async function ensureAccount(
  database: Database,
  { id, name }: { id: string; name: string },
  now: Date,
): Promise<void> {
  await database.query(
    "INSERT INTO milepost_gateway.accounts (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [id, name, now],
  );
}

/**
 * Notes whether the operator knows that an account is a platform: neither payer nor payee of its intents. Only then does its
 * word alone release live money. Returns false for an unknown account.
 */
export async function setPlatform(
  database: Database,
  accountId: string,
  isPlatform: boolean,
): Promise<boolean> {
  const rows = await database.query(
    "UPDATE milepost_gateway.accounts SET is_platform = $2 WHERE id = $1 RETURNING id",
    [accountId, isPlatform],
  );
  return rows.length === 1;
}

/** Returns true for an account that the operator has noted as a platform. */
export async function isPlatform(database: Database, accountId: string): Promise<boolean> {
  const [row] = await database.query<{ is_platform: boolean }>(
    "SELECT is_platform FROM milepost_gateway.accounts WHERE id = $1",
    [accountId],
  );
  return row?.is_platform ?? false;
}

/** Returns the account's name. Throws an `Error` for an unknown account. */
export async function readAccountName(database: Database, accountId: string): Promise<string> {
  const [row] = await database.query<{ name: string }>(
    "SELECT name FROM milepost_gateway.accounts WHERE id = $1",
    [accountId],
  );
  if (!row) throw new Error(`no account ${accountId}`);
  return row.name;
}

/** Input of `createKey`. */
export interface NewKey {
  accountId: string;
  mode: Mode;
  name: string;
  /** Null for a key with every scope. */
  scopes: readonly Scope[] | null;
  /** Time from which the key is refused. Default: never. */
  expires?: Date | null;
}

/** Creates a key; returns its row and its text, which is shown once and stored only as a hash. */
export async function createKey(
  database: Database,
  key: NewKey,
  now: Date,
): Promise<{ id: string; text: string; row: KeyView }> {
  for (;;) {
    const made = createKeyText({ mode: key.mode, isRestricted: key.scopes !== null }, now);
    const row = await insertKey(database, { ...key, ...made }, now);
    // Null when another key of the same millisecond has the id.
    if (row) return { ...made, row };
  }
}

/**
 * Writes a key whose text is given, as the sandbox does, so that it is the same after a restart. Returns its row, or null when
 * there is a key with this id already.
 */
export async function insertKey(
  database: Database,
  { accountId, mode, name, scopes, expires, id, text }: NewKey & { id: string; text: string },
  now: Date,
): Promise<KeyView | null> {
  const [row] = await database.query<KeyView>(
    `INSERT INTO milepost_gateway.api_keys (id, account_id, mode, name, hash, last_four, scopes, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING RETURNING ${COLUMNS}`,
    [id, accountId, mode, name, hashKey(text), text.slice(-4), scopes, now, expires ?? null],
  );
  return row ?? null;
}

interface KeyRow {
  id: string;
  account_id: string;
  mode: Mode;
  hash: string;
  scopes: Scope[] | null;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** A caller, and when their key was last used as far as the database knows. */
export interface FoundCaller {
  caller: Caller;
  lastUsed: Date | null;
  /** Time from which the key is refused; null for never. */
  expires: Date | null;
}

/** Returns the caller behind a key's text, or null: unknown, revoked or expired keys look the same. */
export async function findCaller(
  database: Database,
  text: string,
  now: Date,
): Promise<FoundCaller | null> {
  const parts = parseKeyText(text);
  if (!parts) return null;
  const [row] = await database.query<KeyRow>(
    `SELECT id, account_id, mode, hash, scopes, last_used_at, expires_at, revoked_at
     FROM milepost_gateway.api_keys WHERE id = $1`,
    [parts.id],
  );
  if (!row || !isSameHash(row.hash, hashKey(text)) || row.revoked_at) return null;
  if (row.expires_at && new Date(row.expires_at) <= now) return null;
  return {
    caller: {
      accountId: row.account_id,
      keyId: row.id,
      mode: row.mode,
      scopes: row.scopes ?? SCOPES,
    },
    lastUsed: row.last_used_at && new Date(row.last_used_at),
    expires: row.expires_at && new Date(row.expires_at),
  };
}

/** Notes that a key was used, unless another request is noting it or has noted it since `before`. */
export async function noteUse(
  database: Database,
  keyId: string,
  now: Date,
  before: Date,
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.api_keys SET last_used_at = $2 WHERE id = (
       SELECT id FROM milepost_gateway.api_keys
       WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3) FOR UPDATE SKIP LOCKED)`,
    [keyId, now, before],
  );
}

const COLUMNS =
  "id, mode, name, last_four, scopes, created_at, last_used_at, expires_at, revoked_at, replaced_by";

/** A key's row without its hash. */
export interface KeyView {
  id: string;
  mode: Mode;
  name: string;
  last_four: string;
  scopes: Scope[] | null;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
  replaced_by: string | null;
}

type Owner = Pick<Caller, "accountId" | "mode">;

/** Returns one more than the page's limit of the account's keys. */
export function listKeys(
  database: Database,
  { accountId, mode }: Owner,
  { limit, after }: Page,
): Promise<KeyView[]> {
  return database.query<KeyView>(
    `SELECT ${COLUMNS} FROM milepost_gateway.api_keys
     WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR id < $3)
     ORDER BY id DESC LIMIT $4`,
    [accountId, mode, after, limit + 1],
  );
}

/** Returns a key of the account and mode, or null; `FOR UPDATE` locks it until the transaction ends. */
export async function findKey(
  database: Database,
  { accountId, mode }: Owner,
  keyId: string,
  lock: "" | "FOR UPDATE" = "",
): Promise<KeyView | null> {
  const [row] = await database.query<KeyView>(
    `SELECT ${COLUMNS} FROM milepost_gateway.api_keys
     WHERE account_id = $1 AND mode = $2 AND id = $3 ${lock}`,
    [accountId, mode, keyId],
  );
  return row ?? null;
}

/** Revokes a key from `now` on; a key that is revoked keeps its time. */
export async function revokeKey(
  database: Database,
  { accountId, mode }: Owner,
  keyId: string,
  now: Date,
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.api_keys SET revoked_at = COALESCE(revoked_at, $4)
     WHERE account_id = $1 AND mode = $2 AND id = $3`,
    [accountId, mode, keyId, now],
  );
}

/** Notes which key replaced another one. */
export async function replaceKey(
  database: Database,
  { accountId, mode }: Owner,
  keyId: string,
  replacement: string,
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.api_keys SET replaced_by = $4
     WHERE account_id = $1 AND mode = $2 AND id = $3`,
    [accountId, mode, keyId, replacement],
  );
}

/** Sets the time from which a key is refused. */
export async function endKey(
  database: Database,
  { accountId, mode }: Owner,
  keyId: string,
  expires: Date,
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.api_keys SET expires_at = $4
     WHERE account_id = $1 AND mode = $2 AND id = $3`,
    [accountId, mode, keyId, expires],
  );
}

/** Returns a key as the API shows it. */
export function showKey(row: KeyView): ApiKey {
  return {
    id: row.id,
    object: "api_key",
    name: row.name,
    mode: row.mode,
    lastFour: row.last_four,
    scopes: row.scopes,
    created: toSeconds(row.created_at),
    lastUsed: toSeconds(row.last_used_at),
    expires: toSeconds(row.expires_at),
    revoked: toSeconds(row.revoked_at),
    replacedBy: row.replaced_by,
  };
}
