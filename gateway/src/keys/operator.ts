/** What the operator does with accounts and keys at the command line, without a key of their own. */
import type { Database } from "@milepost/database";
import { recordAudit } from "../audit/record";
import { type Scope, SCOPES } from "../caller/caller";
import type { Mode } from "../caller/mode";
import { parseKeyText } from "./key-format";
import { createAccount, createKey, type KeyView, setPlatform } from "./store";

/** `key_id` and `request_id` of the audit log's entries about commands. */
const OPERATOR = { keyId: "operator", requestId: "command" } as const;

/** A mistake in what the operator named. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

/** Input of `createOperatorKey`. */
export interface OperatorKey {
  /** Id of an account, or the name of a new one. */
  account: { id: string } | { name: string };
  mode: Mode;
  name: string;
  /** Null for a key with every scope. */
  scopes: readonly Scope[] | null;
  /** Null for never. */
  expires: Date | null;
  /** True to note the account as a platform: see `setPlatform`. Default: as it is. */
  isPlatform?: boolean;
}

/** A key that was made; its text is nowhere else. */
export interface MadeKey {
  accountId: string;
  accountName: string;
  keyId: string;
  text: string;
}

/**
 * Creates a key, and its account when it is a new one, with an entry of the audit log.
 * Throws `OperatorError` when there is no such account.
 */
export function createOperatorKey(
  database: Database,
  { account, mode, name, scopes, expires, isPlatform = false }: OperatorKey,
  now: Date,
): Promise<MadeKey> {
  return database.transaction(async (transaction) => {
    const { id: accountId, name: accountName } = await accountFor(transaction, account, now);
    if (isPlatform) await setPlatform(transaction, accountId, true);
    const { id: keyId, text } = await createKey(
      transaction,
      { accountId, mode, name, scopes, expires },
      now,
    );
    const caller = { accountId, mode, keyId: OPERATOR.keyId, scopes: SCOPES };
    const { requestId } = OPERATOR;
    const details = { name, scopes, ...(isPlatform ? { isPlatform } : {}) };
    const entry = { action: "key.created", objectId: keyId, requestId, details };
    await recordAudit(transaction, caller, entry, now);
    return { accountId, accountName, keyId, text };
  });
}

async function accountFor(
  transaction: Database,
  account: OperatorKey["account"],
  now: Date,
): Promise<{ id: string; name: string }> {
  if ("name" in account) {
    return { id: await createAccount(transaction, account.name, now), name: account.name };
  }
  const [row] = await transaction.query<{ id: string; name: string }>(
    "SELECT id, name FROM milepost_gateway.accounts WHERE id = $1",
    [account.id],
  );
  if (row) return row;
  throw new OperatorError(`no account has the id ${account.id}; \`keys list\` shows the accounts`);
}

/** A key as the operator sees it. */
export type OperatorKeyRow = KeyView & { account_id: string; account_name: string };

/** Returns the keys of an account, or of every account when null, oldest account first. */
export function listOperatorKeys(
  database: Database,
  accountId: string | null,
): Promise<OperatorKeyRow[]> {
  return database.query<OperatorKeyRow>(
    `SELECT k.id, k.mode, k.name, k.last_four, k.scopes, k.created_at, k.last_used_at, k.expires_at, k.revoked_at,
       k.replaced_by, k.account_id, a.name AS account_name
     FROM milepost_gateway.api_keys k JOIN milepost_gateway.accounts a ON a.id = k.account_id
     WHERE $1::text IS NULL OR k.account_id = $1 ORDER BY k.account_id, k.id`,
    [accountId],
  );
}

/**
 * Revokes a key by its id, or by its whole text. A key that is revoked already keeps its time. Returns the id.
 * Throws `OperatorError` when there is no such key.
 */
export function revokeOperatorKey(
  database: Database,
  idOrText: string,
  now: Date,
): Promise<{ keyId: string; revokedAt: Date }> {
  const keyId = parseKeyText(idOrText)?.id ?? idOrText;
  return database.transaction(async (transaction) => {
    const [row] = await transaction.query<{
      account_id: string;
      mode: Mode;
      revoked_at: Date | null;
    }>(
      "SELECT account_id, mode, revoked_at FROM milepost_gateway.api_keys WHERE id = $1 FOR UPDATE",
      [keyId],
    );
    if (!row) throw new OperatorError("no key has this id; `keys list` shows the keys");
    if (row.revoked_at) return { keyId, revokedAt: new Date(row.revoked_at) };
    await transaction.query("UPDATE milepost_gateway.api_keys SET revoked_at = $2 WHERE id = $1", [
      keyId,
      now,
    ]);
    const caller = {
      accountId: row.account_id,
      mode: row.mode,
      keyId: OPERATOR.keyId,
      scopes: SCOPES,
    };
    const { requestId } = OPERATOR;
    await recordAudit(
      transaction,
      caller,
      { action: "key.revoked", objectId: keyId, requestId },
      now,
    );
    return { keyId, revokedAt: now };
  });
}
