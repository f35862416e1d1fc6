/** Rows of policies that are looked at again. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";

/** A policy, with what a resource needs to find its own object. */
export interface WatchedPolicy {
  mode: Mode;
  accountId: string;
  address: string;
  /** Id of the intent, project or schedule item. */
  objectId: string;
  part: number;
}

/** A policy whose turn it is. */
export interface DuePolicy extends WatchedPolicy {
  seenHash: string | null;
}

interface Row {
  account_id: string;
  address: string;
  object_id: string;
  part: number;
  seen_hash: string | null;
}

/** Claims the policies that were not looked at since `before`, the longest waiting first: each process gets others. */
export async function claimDuePolicies(
  database: Database,
  { mode, genesisHash }: { mode: Mode; genesisHash: string },
  { before, now, limit }: { before: Date; now: Date; limit: number },
): Promise<DuePolicy[]> {
  const rows = await database.query<Row>(
    `UPDATE milepost_gateway.policies AS p SET watched_at = $4
     FROM (
       SELECT address FROM milepost_gateway.policies
       WHERE mode = $1 AND genesis_hash = $2 AND ended_at IS NULL AND watched_at <= $3
       ORDER BY watched_at LIMIT $5 FOR UPDATE SKIP LOCKED
     ) AS due
     WHERE p.mode = $1 AND p.address = due.address
     RETURNING p.account_id, p.address, p.object_id, p.part, p.seen_hash`,
    [mode, genesisHash, before, now, limit],
  );
  return rows.map((row) => ({
    mode,
    accountId: row.account_id,
    address: row.address,
    objectId: row.object_id,
    part: row.part,
    seenHash: row.seen_hash,
  }));
}

/** Notes what the resource has seen. */
export async function noteSeen(
  database: Database,
  { mode, address }: WatchedPolicy,
  { hash, isEnded }: { hash: string; isEnded: boolean },
  now: Date,
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.policies SET seen_hash = $3, ended_at = CASE WHEN $4 THEN $5 ELSE ended_at END
     WHERE mode = $1 AND address = $2`,
    [mode, address, hash, isEnded, now],
  );
}
