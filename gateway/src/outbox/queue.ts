/** Adds jobs and leases them to workers. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { newId } from "../ids/ids";
import { JOB_COLUMNS, type JobRow } from "./job-row";
import type { NewJob } from "./outbox";

/** Number of the advisory lock under which jobs are leased, one process at a time. */
const LEASE_LOCK = "7235421980166106";

/**
 * Writes a job in the caller's transaction; returns its id, or that of the job with the same `dedupeKey`. Jobs of one subject
 * get their places in the order of commits, because the subject stays locked until the transaction ends.
 */
export async function addJob(transaction: Database, job: NewJob, now: Date): Promise<string> {
  await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", [job.subjectId]);
  const [added] = await transaction.query<{ id: string }>(
    `INSERT INTO milepost_gateway.chain_jobs
       (id, account_id, mode, kind, subject_id, serial_key, dedupe_key, payload, not_before)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (account_id, mode, dedupe_key) DO NOTHING
     RETURNING id`,
    [
      newId("job", now),
      job.accountId,
      job.mode,
      job.kind,
      job.subjectId,
      job.serialKey ?? null,
      job.dedupeKey,
      JSON.stringify(job.payload),
      job.notBefore?.toString() ?? null,
    ],
  );
  if (added) return added.id;
  const [first] = await transaction.query<{ id: string }>(
    "SELECT id FROM milepost_gateway.chain_jobs WHERE account_id = $1 AND mode = $2 AND dedupe_key = $3",
    [job.accountId, job.mode, job.dedupeKey],
  );
  return first!.id;
}

/** Jobs that a worker asks for. */
export interface LeaseRequest {
  owner: string;
  /** Number of jobs, at most. */
  count: number;
  leaseSeconds: number;
  /** Kinds that this process has handlers for. */
  kinds: readonly string[];
  /** Chain's time in Unix seconds per mode that this process serves; null where it is not known. */
  times: ReadonlyMap<Mode, bigint | null>;
}

/**
 * Leases due jobs. A job is left alone while another one of its subject or serial key is at work, signed, or due before it.
 * Time is the database's, so that workers with wrong clocks agree.
 */
export async function leaseJobs(database: Database, request: LeaseRequest): Promise<JobRow[]> {
  const { owner, count, leaseSeconds, kinds, times } = request;
  const timeOf = (mode: Mode) => times.get(mode)?.toString() ?? null;
  return database.transaction(async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock($1::bigint)", [LEASE_LOCK]);
    return transaction.query<JobRow>(LEASE, [
      owner,
      leaseSeconds,
      [...times.keys()],
      [...kinds],
      timeOf("test"),
      timeOf("live"),
      count,
    ]);
  });
}

/** Due by the chain's clock, which `$5` and `$6` tell. */
const isDated = (job: string) =>
  `(${job}.not_before IS NULL OR ${job}.not_before <= CASE ${job}.mode WHEN 'test' THEN $5::bigint ELSE $6::bigint END)`;

const NOW = "(SELECT at FROM clock)";

/** True for a job before `j` that is due, or that waits for its next attempt after a failure. */
const IS_EARLIER = `o.state IN ('queued', 'signed') AND o.sequence < j.sequence
  AND (NOT o.is_waiting OR o.run_at <= ${NOW}) AND ${isDated("o")}`;

const IS_BUSY = `(o.state = 'signed' OR (o.state = 'queued' AND o.lease_owner IS NOT NULL))
  AND (o.state = 'signed' OR o.lease_until > ${NOW}) AND o.id <> j.id`;

const LEASE = `
  WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS at),
  due AS (
    SELECT j.id FROM milepost_gateway.chain_jobs j
    WHERE j.state IN ('queued', 'signed') AND j.run_at <= ${NOW}
      AND (j.lease_owner IS NULL OR j.lease_until <= ${NOW})
      AND j.mode = ANY($3::text[]) AND j.kind = ANY($4::text[])
      AND (j.state = 'signed' OR ${isDated("j")})
      AND NOT EXISTS (SELECT FROM milepost_gateway.chain_jobs o WHERE o.subject_id = j.subject_id AND ${IS_BUSY})
      AND NOT EXISTS (SELECT FROM milepost_gateway.chain_jobs o WHERE o.subject_id = j.subject_id AND ${IS_EARLIER})
      AND (j.serial_key IS NULL OR (
        NOT EXISTS (SELECT FROM milepost_gateway.chain_jobs o WHERE o.serial_key = j.serial_key AND ${IS_BUSY})
        AND NOT EXISTS (SELECT FROM milepost_gateway.chain_jobs o WHERE o.serial_key = j.serial_key AND ${IS_EARLIER})))
    ORDER BY j.run_at, j.sequence
    LIMIT $7
    FOR UPDATE SKIP LOCKED
  )
  UPDATE milepost_gateway.chain_jobs j
  SET lease_owner = $1, lease_until = ${NOW} + make_interval(secs => $2), attempts = attempts + 1, is_waiting = false
  FROM due WHERE j.id = due.id
  RETURNING ${JOB_COLUMNS.replace(/\b(\w+)\b/g, "j.$1")}`;

/** Extends the leases of jobs that are still at work. */
export async function renewLeases(
  database: Database,
  { owner, leaseSeconds, ids }: { owner: string; leaseSeconds: number; ids: readonly string[] },
): Promise<void> {
  await database.query(
    `UPDATE milepost_gateway.chain_jobs
     SET lease_until = clock_timestamp() + make_interval(secs => $2)
     WHERE lease_owner = $1 AND id = ANY($3::text[])`,
    [owner, leaseSeconds, [...ids]],
  );
}

/** Gives every job of a worker back: what it does with them from now on is refused. */
export async function releaseLeases(database: Database, owner: string): Promise<void> {
  await database.query(
    "UPDATE milepost_gateway.chain_jobs SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1",
    [owner],
  );
}

/** Returns the modes that have jobs which wait for the chain's clock. */
export async function datedModes(database: Database): Promise<Mode[]> {
  const rows = await database.query<{ mode: Mode }>(
    "SELECT DISTINCT mode FROM milepost_gateway.chain_jobs WHERE state = 'queued' AND not_before IS NOT NULL",
  );
  return rows.map(({ mode }) => mode);
}
