/** Rows of sessions and of their challenges. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import type { WalletSession } from "./session";

/** Chain of one mode. */
export interface SessionChain {
  mode: Mode;
  genesisHash: string;
}

/** A challenge as it was given out. */
export interface SessionChallenge {
  id: string;
  address: string;
  message: string;
  expiresAt: Date;
}

/** Writes a challenge. */
export async function insertSessionChallenge(
  database: Database,
  { mode, genesisHash }: SessionChain,
  { id, address, message, expiresAt }: SessionChallenge,
  now: Date,
): Promise<void> {
  await database.query(
    `INSERT INTO milepost_gateway.session_challenges (id, mode, genesis_hash, address, message, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, mode, genesisHash, address, message, now, expiresAt],
  );
}

/** A challenge with its chain, and whether it was answered. */
export interface LockedChallenge extends SessionChallenge, SessionChain {
  isUsed: boolean;
}

/** Returns a challenge, locked until the transaction ends, or null. */
export async function lockSessionChallenge(
  transaction: Database,
  id: string,
): Promise<LockedChallenge | null> {
  const [row] = await transaction.query<{
    mode: Mode;
    genesis_hash: string;
    address: string;
    message: string;
    expires_at: Date;
    used_at: Date | null;
  }>(
    `SELECT mode, genesis_hash, address, message, expires_at, used_at
     FROM milepost_gateway.session_challenges WHERE id = $1 FOR UPDATE`,
    [id],
  );
  if (!row) return null;
  const { mode, genesis_hash: genesisHash, address, message, used_at: usedAt } = row;
  const expiresAt = new Date(row.expires_at);
  return { id, mode, genesisHash, address, message, expiresAt, isUsed: usedAt !== null };
}

/** Notes that a challenge was answered. */
export async function useSessionChallenge(
  transaction: Database,
  id: string,
  now: Date,
): Promise<void> {
  await transaction.query(
    "UPDATE milepost_gateway.session_challenges SET used_at = $2 WHERE id = $1",
    [id, now],
  );
}

/** Input of `insertSession`. */
export interface NewSession extends WalletSession, SessionChain {
  secretHash: string;
}

/** Writes a session. */
export async function insertSession(
  transaction: Database,
  { id, mode, genesisHash, address, secretHash, expiresAt }: NewSession,
  now: Date,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.wallet_sessions (id, mode, genesis_hash, address, secret_hash, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, mode, genesisHash, address, secretHash, now, expiresAt],
  );
}

/** Returns the session with this hash and the hash of its chain, or null: one that expired looks the same as none. */
export async function findSession(
  database: Database,
  secretHash: string,
  now: Date,
): Promise<(WalletSession & SessionChain) | null> {
  const [row] = await database.query<{
    id: string;
    mode: Mode;
    genesis_hash: string;
    address: string;
    expires_at: Date;
  }>(
    `SELECT id, mode, genesis_hash, address, expires_at
     FROM milepost_gateway.wallet_sessions WHERE secret_hash = $1 AND expires_at > $2`,
    [secretHash, now],
  );
  if (!row) return null;
  const { id, mode, genesis_hash: genesisHash, address } = row;
  return { id, mode, genesisHash, address, expiresAt: new Date(row.expires_at) };
}

/** Ends a session at once. */
export async function removeSession(database: Database, id: string): Promise<void> {
  await database.query("DELETE FROM milepost_gateway.wallet_sessions WHERE id = $1", [id]);
}
