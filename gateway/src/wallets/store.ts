/** Rows of wallets and of their challenges. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { Page } from "../http/list";
import { newId } from "../ids/ids";
import type { Wallet } from "./wallet";

type Owner = Pick<Caller, "accountId" | "mode">;

/** A challenge as it was given out. */
export interface Challenge {
  id: string;
  address: string;
  message: string;
  expiresAt: Date;
  isUsed: boolean;
}

/** Writes a challenge. */
export async function insertChallenge(
  transaction: Database,
  { accountId, mode }: Owner,
  { id, address, message, expiresAt }: Omit<Challenge, "isUsed">,
  now: Date,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.wallet_challenges (id, account_id, mode, address, message, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, accountId, mode, address, message, now, expiresAt],
  );
}

/** Returns the account's challenge, locked, or null: another account's or mode's looks the same as none. */
export async function lockChallenge(
  transaction: Database,
  { accountId, mode }: Owner,
  id: string,
): Promise<Challenge | null> {
  const [row] = await transaction.query<{
    id: string;
    address: string;
    message: string;
    expires_at: Date;
    used_at: Date | null;
  }>(
    `SELECT id, address, message, expires_at, used_at FROM milepost_gateway.wallet_challenges
     WHERE id = $1 AND account_id = $2 AND mode = $3 FOR UPDATE`,
    [id, accountId, mode],
  );
  if (!row) return null;
  const { address, message, expires_at: expiresAt, used_at: usedAt } = row;
  return { id, address, message, expiresAt: new Date(expiresAt), isUsed: usedAt !== null };
}

/** Notes that a challenge was answered. */
export async function useChallenge(transaction: Database, id: string, now: Date): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.wallet_challenges SET used_at = $2 WHERE id = $1",
    [id, now],
  );
}

interface WalletRow {
  id: string;
  address: string;
  label: string | null;
  created_at: Date;
}

const COLUMNS = "id, address, label, created_at";
const toWallet = ({ id, address, label, created_at }: WalletRow): Wallet => ({
  id,
  address,
  label,
  createdAt: created_at,
});

/** Writes a wallet; one that was removed is there again with its id. */
export async function insertWallet(
  transaction: Database,
  { accountId, mode }: Owner,
  { address, label }: { address: string; label: string | null },
  now: Date,
): Promise<Wallet> {
  const [row] = await transaction.query<WalletRow>(
    `INSERT INTO milepost_gateway.wallets (id, account_id, mode, address, label, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (account_id, mode, address)
       DO UPDATE SET removed_at = NULL, label = COALESCE(EXCLUDED.label, milepost_gateway.wallets.label)
     RETURNING ${COLUMNS}`,
    [newId("wallet", now), accountId, mode, address, label, now],
  );
  return toWallet(row!);
}

/** Returns the account's wallet by its id, or null. */
export async function readWallet(
  database: Database,
  { accountId, mode }: Owner,
  id: string,
): Promise<Wallet | null> {
  const [row] = await database.query<WalletRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.wallets
     WHERE id = $1 AND account_id = $2 AND mode = $3 AND removed_at IS NULL`,
    [id, accountId, mode],
  );
  return row ? toWallet(row) : null;
}

/** Returns one more than the page's limit of the account's wallets, the newest first. */
export async function listWallets(
  database: Database,
  { accountId, mode }: Owner,
  { limit, after }: Page,
): Promise<Wallet[]> {
  const rows = await database.query<WalletRow>(
    `SELECT ${COLUMNS} FROM milepost_gateway.wallets
     WHERE account_id = $1 AND mode = $2 AND removed_at IS NULL AND ($3::text IS NULL OR id < $3)
     ORDER BY id DESC LIMIT $4`,
    [accountId, mode, after, limit + 1],
  );
  return rows.map(toWallet);
}

/** Removes a wallet from the list. */
export async function removeWallet(transaction: Database, id: string, now: Date): Promise<void> {
  await transaction.query("UPDATE milepost_gateway.wallets SET removed_at = $2 WHERE id = $1", [
    id,
    now,
  ]);
}

/** Returns true for a wallet that the account has registered at any time: removing it does not make it another's. */
export async function isOwnWallet(
  database: Database,
  { accountId, mode }: Owner,
  address: string,
): Promise<boolean> {
  const rows = await database.query(
    "SELECT 1 FROM milepost_gateway.wallets WHERE account_id = $1 AND mode = $2 AND address = $3",
    [accountId, mode, address],
  );
  return rows.length > 0;
}
