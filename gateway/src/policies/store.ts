/** Rows of policies and of the money that moved in them. Reconciliation compares these rows with the chain. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import type { ChainRuntime } from "../chain/chain-runtime";

/** A policy that a confirmed transaction created. */
export interface NewPolicy {
  accountId: string;
  /** Address, base58. */
  address: string;
  /** Id of the intent, project or schedule item. */
  objectId: string;
  /** Number of the part within the object, from 0. */
  part: number;
  kind: "held" | "delegated";
}

/**
 * Writes a policy in the transaction that makes its job `landed`. A second call with the same address changes nothing.
 * @example
 * await recordPolicy(transaction, chain, { accountId, address, objectId: intent.id, part: 0, kind: "held" }, context.now());
 */
export async function recordPolicy(
  transaction: Database,
  { mode, genesisHash }: Pick<ChainRuntime, "mode" | "genesisHash">,
  { accountId, address, objectId, part, kind }: NewPolicy,
  now: Date,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.policies
       (mode, address, account_id, object_id, part, genesis_hash, kind, created_at, watched_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (mode, address) DO NOTHING`,
    [mode, address, accountId, objectId, part, genesisHash, kind, now],
  );
}

/** Kinds of movements. */
export type MovementKind = "funded" | "paid" | "refunded";

/** Money of one milestone that a confirmed transaction moved. */
export interface NewMovement {
  mode: Mode;
  /** Address of the policy, base58. */
  policy: string;
  /** Index within the policy, 0 to 3. */
  index: number;
  kind: MovementKind;
  /**
   * Base units as the escrow counts them: `funded` is the amount and the platform fee, `paid` what left the vault to
   * recipient, gateway and protocol, `refunded` what went back. For a delegated policy, the milestone's amount.
   */
  units: bigint;
  signature: string | null;
}

/**
 * Writes a movement in the transaction that makes its job `landed`. A milestone has one movement of each kind: a second call
 * changes nothing.
 */
export async function recordMovement(
  transaction: Database,
  { mode, policy, index, kind, units, signature }: NewMovement,
  now: Date,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.policy_movements
       (mode, policy, milestone_index, kind, units, signature, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [mode, policy, index, kind, units.toString(), signature, now],
  );
}

/** Removes movements whose transaction the chain has dropped. */
export async function removeMovements(
  transaction: Database,
  { mode, policy, index }: Pick<NewMovement, "mode" | "policy" | "index">,
  kinds: readonly MovementKind[],
): Promise<void> {
  await transaction.query(
    `DELETE FROM milepost_gateway.policy_movements
     WHERE mode = $1 AND policy = $2 AND milestone_index = $3 AND kind = ANY($4::text[])`,
    [mode, policy, index, [...kinds]],
  );
}

/** Notes that a policy goes on, because the chain has dropped the transaction that ended it: it is watched again. */
export async function reopenPolicy(
  transaction: Database,
  { mode, address }: { mode: Mode; address: string },
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.policies SET ended_at = NULL, seen_hash = NULL
     WHERE mode = $1 AND address = $2`,
    [mode, address],
  );
}

/** Removes a policy without movements whose creation the chain has dropped. */
export async function removePolicy(
  transaction: Database,
  { mode, address }: { mode: Mode; address: string },
): Promise<void> {
  await transaction.query(
    "DELETE FROM milepost_gateway.policies WHERE mode = $1 AND address = $2",
    [mode, address],
  );
}

/** Notes that a policy's account was deleted: its movements are final. */
export async function closePolicy(
  transaction: Database,
  { mode, address }: { mode: Mode; address: string },
  now: Date,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.policies SET closed_at = $3, ended_at = COALESCE(ended_at, $3)
     WHERE mode = $1 AND address = $2 AND closed_at IS NULL`,
    [mode, address, now],
  );
}
