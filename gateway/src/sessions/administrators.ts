/** Administrators: wallets that may act for an account in the page, except with its money. */
import type { Database } from "@milepost/database";
import type { Scope } from "../caller/caller";

/** Scopes of an administrator's session; none of them moves money. */
export const ADMINISTRATOR_SCOPES: readonly Scope[] = [
  "intents:read",
  "projects:read",
  "account:read",
  "account:write",
  "events:read",
  "webhooks:write",
  "keys:write",
  "audit:read",
];

/** An account that a wallet may act for. */
export interface AdministeredAccount {
  id: string;
  name: string;
}

/** Returns the accounts that a wallet administers, oldest first. */
export function accountsOfWallet(
  database: Database,
  address: string,
): Promise<AdministeredAccount[]> {
  return database.query<AdministeredAccount>(
    `SELECT a.id, a.name FROM milepost_gateway.account_administrators m
     JOIN milepost_gateway.accounts a ON a.id = m.account_id WHERE m.address = $1 ORDER BY a.id`,
    [address],
  );
}

/** Returns true where a wallet administers an account. */
export async function isAdministrator(
  database: Database,
  accountId: string,
  address: string,
): Promise<boolean> {
  const rows = await database.query(
    "SELECT 1 FROM milepost_gateway.account_administrators WHERE account_id = $1 AND address = $2",
    [accountId, address],
  );
  return rows.length > 0;
}

/** Adds an administrator; one that is there already stays. */
export async function addAdministrator(
  database: Database,
  accountId: string,
  address: string,
  now: Date,
): Promise<void> {
  await database.query(
    `INSERT INTO milepost_gateway.account_administrators (account_id, address, created_at)
     VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [accountId, address, now],
  );
}

/** Removes an administrator; returns false where there was none. */
export async function removeAdministrator(
  database: Database,
  accountId: string,
  address: string,
): Promise<boolean> {
  const rows = await database.query(
    "DELETE FROM milepost_gateway.account_administrators WHERE account_id = $1 AND address = $2 RETURNING address",
    [accountId, address],
  );
  return rows.length > 0;
}
