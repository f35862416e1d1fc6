/** Rows of landed jobs whose transactions the chain could still take back. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { JOB_COLUMNS, type JobRow } from "./job-row";

/** A landed job that is not final. */
export type NotFinal = Pick<JobRow, "id" | "kind" | "mode" | "last_valid_block_height"> & {
  signature: string;
  wire: Uint8Array | null;
  slot: string | null;
  /** Seconds since it landed, by the database's clock. */
  age: number;
};

/** Returns landed jobs of a mode that are not final, oldest first. */
export function notFinal(database: Database, mode: Mode, limit: number): Promise<NotFinal[]> {
  return database.query<NotFinal>(
    `SELECT id, kind, mode, signature, wire, slot, last_valid_block_height,
       extract(epoch FROM clock_timestamp() - landed_at)::float8 AS age
     FROM milepost_gateway.chain_jobs
     WHERE state = 'landed' AND finalized_at IS NULL AND mode = $1 AND signature IS NOT NULL
     ORDER BY landed_at LIMIT $2`,
    [mode, limit],
  );
}

/** Records that transactions are final: their bytes are not needed any more. */
export async function markFinal(
  database: Database,
  jobs: readonly { id: string; slot: number | null }[],
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.chain_jobs j
     SET finalized_at = now(), wire = NULL, slot = COALESCE(f.slot, j.slot)
     FROM unnest($1::text[], $2::bigint[]) AS f (id, slot)
     WHERE j.id = f.id AND j.state = 'landed' AND j.finalized_at IS NULL`,
    [jobs.map(({ id }) => id), jobs.map(({ slot }) => slot)],
  );
}

/** Makes a landed job failed. Null when it is final, or another process was faster. */
export async function revertJob(
  transaction: Database,
  id: string,
  reason: string,
): Promise<JobRow | null> {
  const [row] = await transaction.query<JobRow>(
    `UPDATE milepost_gateway.chain_jobs SET state = 'failed', error = $2, wire = NULL
     WHERE id = $1 AND state = 'landed' AND finalized_at IS NULL RETURNING ${JOB_COLUMNS}`,
    [id, reason],
  );
  return row ?? null;
}
