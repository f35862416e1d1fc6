/** Writes what becomes of a leased job. Each write names the lease, so that a worker that lost it changes nothing. */
import type { Database } from "@milepost/database";
import type { SignedTransaction } from "@milepost/sdk";
import { JOB_COLUMNS, type JobRow } from "./job-row";
import type { Receipt } from "./outbox";

/** A job under the lease of one worker. */
export interface Lease {
  readonly id: string;
  readonly owner: string;
  /** Number of the lease. */
  readonly attempts: number;
}

/** Error of a worker whose lease is over: another worker has the job. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
  constructor(jobId: string) {
    super(`the lease of ${jobId} is over`);
  }
}

const HELD = "id = $1 AND lease_owner = $2 AND attempts = $3";
const RELEASED = "lease_owner = NULL, lease_until = NULL";
const held = ({ id, owner, attempts }: Lease) => [id, owner, attempts];

/**
 * Records a signed transaction before it is sent. Throws `LeaseLostError` for a job that is not queued under this lease: then
 * the transaction must not be sent.
 */
export async function recordSigned(
  transaction: Database,
  lease: Lease,
  { signature, bytes, lastValidBlockHeight }: SignedTransaction,
): Promise<JobRow> {
  const [row] = await transaction.query<JobRow>(
    `UPDATE milepost_gateway.chain_jobs
     SET state = 'signed', signature = $4, wire = $5, last_valid_block_height = $6
     WHERE ${HELD} AND state = 'queued' RETURNING ${JOB_COLUMNS}`,
    [...held(lease), signature, Buffer.from(bytes), lastValidBlockHeight],
  );
  if (!row) throw new LeaseLostError(lease.id);
  return row;
}

/** When a job that has not ended is looked at again, and why. */
export interface Postponement {
  /** Seconds from now, by the database's clock. */
  seconds: number;
  error: string | null;
  /** True where build said that it is too early: then later jobs of the subject go first. */
  isWaiting?: boolean;
  troubles?: number;
  refusals?: number;
  refusal?: string | null;
  /** True when the signed bytes are proven dead, so that new ones may be signed. */
  isDead?: boolean;
}

/** Gives a job back until later. A signed job stays signed, unless its bytes are dead. */
export async function postpone(
  database: Database,
  lease: Lease,
  { seconds, error, ...to }: Postponement,
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.chain_jobs
     SET run_at = clock_timestamp() + make_interval(secs => $4), error = $5, is_waiting = $6, troubles = $7,
       refusals = $8, refusal = $9, ${RELEASED},
       state = CASE WHEN $10 THEN 'queued' ELSE state END, wire = CASE WHEN $10 THEN NULL ELSE wire END
     WHERE ${HELD} AND state IN ('queued', 'signed')`,
    [
      ...held(lease),
      seconds,
      error,
      to.isWaiting ?? false,
      to.troubles ?? 0,
      to.refusals ?? 0,
      to.refusal ?? null,
      to.isDead ?? false,
    ],
  );
}

/** Makes a signed job landed: a confirmed transaction is a fact, also for a process that lost the lease. Null when it was already. */
export async function landSigned(
  transaction: Database,
  id: string,
  { signature, slot }: Receipt,
): Promise<JobRow | null> {
  const [row] = await transaction.query<JobRow>(
    `UPDATE milepost_gateway.chain_jobs
     SET state = 'landed', slot = $3, error = NULL, landed_at = now(), ${RELEASED}
     WHERE id = $1 AND state = 'signed' AND signature = $2 RETURNING ${JOB_COLUMNS}`,
    [id, signature, slot],
  );
  return row ?? null;
}

/** Makes a queued job landed whose effect is on the chain already. Null when the lease is over. */
export async function landDone(
  transaction: Database,
  lease: Lease,
  { signature, slot }: Receipt,
): Promise<JobRow | null> {
  const [row] = await transaction.query<JobRow>(
    `UPDATE milepost_gateway.chain_jobs
     SET state = 'landed', signature = $4, slot = $5, error = NULL, landed_at = now(), ${RELEASED},
       finalized_at = CASE WHEN $4::text IS NULL THEN now() END
     WHERE ${HELD} AND state = 'queued' RETURNING ${JOB_COLUMNS}`,
    [...held(lease), signature, slot],
  );
  return row ?? null;
}

/** Makes a job failed, with its text. Null when the lease is over. */
export async function failJob(
  transaction: Database,
  lease: Lease,
  reason: string,
): Promise<JobRow | null> {
  const [row] = await transaction.query<JobRow>(
    `UPDATE milepost_gateway.chain_jobs SET state = 'failed', error = $4, wire = NULL, ${RELEASED}
     WHERE ${HELD} AND state IN ('queued', 'signed') RETURNING ${JOB_COLUMNS}`,
    [...held(lease), reason],
  );
  return row ?? null;
}

/** Returns a job's row. Null for an unknown id. */
export async function findJob(database: Database, id: string): Promise<JobRow | null> {
  const [row] = await database.query<JobRow>(
    `SELECT ${JOB_COLUMNS} FROM milepost_gateway.chain_jobs WHERE id = $1`,
    [id],
  );
  return row ?? null;
}

/** Returns those of the jobs that have ended. */
export function endedJobs(database: Database, ids: readonly string[]): Promise<JobRow[]> {
  return database.query<JobRow>(
    `SELECT ${JOB_COLUMNS} FROM milepost_gateway.chain_jobs
     WHERE id = ANY($1::text[]) AND state IN ('landed', 'failed')`,
    [[...ids]],
  );
}
