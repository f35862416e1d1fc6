/**
 * Reads and renews leases. A lease is the right to work on a policy until it expires, by the database's clock. Its
 * row is a job of pg-boss.
 */
import { createHash } from "node:crypto";
import type { Database } from "@milepost/database";

export const QUEUE_NAME = "execute-payment";
export const SCHEMA = "milepost_keeper_queue";

/** Duration of a lease after its last renewal, in seconds. */
export const LEASE_SECONDS = 45;
/** Renewals within the duration of a lease: three may fail before it is lost. */
const RENEWALS_PER_LEASE = 4.5;
/** Limit of renewals, in seconds: a worker that hangs does not keep others from its policies. */
const RENEWED_SECONDS = 900;
/**
 * Duration of the lease of a job that no worker has fetched, in seconds. A keeper of an earlier version never renews,
 * and has this long; a keeper that renews shortens it when it fetches.
 */
export const UNFETCHED_SECONDS = 300;

/**
 * Start of a job that is due now: pg-boss fetches jobs from before now, and the embedded database counts
 * milliseconds.
 */
export const AT_ONCE = "now() - interval '1 millisecond'";

/** A worker's exclusive right to work on a policy for a limited time. */
export interface Lease {
  /** Address of the policy, base58. */
  readonly policy: string;
  /** Id of the policy's job in pg-boss: a UUID that is derived from the address. */
  readonly jobId: string;
  /** Start of the lease, by the database's clock. It tells this lease from a later one on the same policy. */
  readonly startedOn: Date;
  /** End of the lease when it was handed out, by the database's clock; renewals extend it. */
  readonly expiresOn: Date;
}

/**
 * Reports that another worker has taken over a policy, or may do so in the next moment. Nothing may be signed for it.
 */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";

  constructor(readonly policies: readonly string[]) {
    super(`lost the leases on ${policies.length} policies: do not send what was signed for them`);
  }
}

/** Returns the milliseconds between two renewals of a lease that lasts `leaseSeconds`. */
export function renewalMs(leaseSeconds: number): number {
  return Math.round((1_000 * leaseSeconds) / RENEWALS_PER_LEASE);
}

/** A `Date` has milliseconds only. */
const GIVEN = "unnest($1::uuid[], $2::timestamptz[]) AS lease (id, started_on)";
const IS_GIVEN = `j.name = '${QUEUE_NAME}' AND j.id = lease.id AND j.state = 'active'
  AND date_trunc('milliseconds', j.started_on) = lease.started_on`;
/** It compares with the time of the statement: a transaction's may be long past. */
const LASTS = "j.started_on + j.expire_in > clock_timestamp()";

/** Selects the jobs of leases that are still ours, locked in the order of their ids. */
export const MINE = `
  WITH mine AS (
    SELECT j.name, j.id FROM ${SCHEMA}.job j JOIN ${GIVEN} ON ${IS_GIVEN} ORDER BY j.id FOR UPDATE OF j
  )`;

/** Returns the values of `MINE`. */
export function given(leases: readonly Lease[]): unknown[] {
  return [leases.map(({ jobId }) => jobId), leases.map(({ startedOn }) => startedOn.toISOString())];
}

/** Returns the leases that have not expired. */
export async function lasting(database: Database, leases: readonly Lease[]): Promise<Lease[]> {
  const rows = await database.query<{ id: string }>(
    `SELECT j.id FROM ${SCHEMA}.job j JOIN ${GIVEN} ON ${IS_GIVEN} AND ${LASTS}`,
    given(leases),
  );
  return among(leases, rows);
}

/**
 * Keeps every other worker from taking over these policies until the transaction ends. Throws `LeaseLostError` when
 * one of the leases is already lost.
 */
export async function fence(transaction: Database, leases: readonly Lease[]): Promise<void> {
  const rows = await transaction.query<{ id: string }>(
    `SELECT j.id FROM ${SCHEMA}.job j JOIN ${GIVEN} ON ${IS_GIVEN} AND ${LASTS} ORDER BY j.id FOR SHARE OF j`,
    given(leases),
  );
  const held = among(leases, rows);
  if (held.length === leases.length) return;
  const lost = leases.filter((lease) => !held.includes(lease));
  throw new LeaseLostError(lost.map(({ policy }) => policy));
}

/** Extends the leases that have not expired to `leaseSeconds` from now, and returns them. */
export async function extend(
  database: Database,
  leases: readonly Lease[],
  leaseSeconds: number,
): Promise<Lease[]> {
  const rows = await database.query<{ id: string }>(
    `WITH mine AS (
       SELECT j.name, j.id FROM ${SCHEMA}.job j JOIN ${GIVEN} ON ${IS_GIVEN} AND ${LASTS}
       WHERE j.started_on > clock_timestamp() - make_interval(secs => $4)
       ORDER BY j.id FOR UPDATE OF j
     )
     UPDATE ${SCHEMA}.job j SET expire_in = clock_timestamp() - j.started_on + make_interval(secs => $3)
     FROM mine WHERE j.name = mine.name AND j.id = mine.id
     RETURNING j.id`,
    [...given(leases), leaseSeconds, Math.max(RENEWED_SECONDS, leaseSeconds)],
  );
  return among(leases, rows);
}

/**
 * Deletes the jobs of leases that are still ours, and takes their policies out of the queue. Policies are locked before
 * jobs, as in `enqueueDue`: in the other order the two would wait for one another.
 */
export async function end(database: Database, leases: readonly Lease[]): Promise<void> {
  const text = `
    WITH locked AS MATERIALIZED (
      SELECT address FROM milepost_keeper.policies WHERE address = ANY($3::text[]) ORDER BY address FOR UPDATE
    ), mine AS MATERIALIZED (
      SELECT j.name, j.id FROM ${SCHEMA}.job j JOIN ${GIVEN} ON ${IS_GIVEN}
      -- It waits for the locks above.
      WHERE (SELECT count(*) FROM locked) IS NOT NULL ORDER BY j.id FOR UPDATE OF j
    ), ended AS (
      DELETE FROM ${SCHEMA}.job j USING mine WHERE j.name = mine.name AND j.id = mine.id
      RETURNING j.singleton_key AS policy
    )
    -- While the job was there, the next milestone could not get one. What the row had before the lock says nothing.
    UPDATE milepost_keeper.policies p SET queued_at = NULL FROM ended WHERE p.address = ended.policy`;
  const values = [...given(leases), leases.map(({ policy }) => policy)];
  // In a transaction, a session that ends before the commit is sent makes it run again.
  await database.transaction((transaction) => transaction.query(text, values));
}

/** Sets jobs that wait for a worker to the lease of one that never renews. */
export async function resetUnfetched(database: Database): Promise<void> {
  await database.query(
    `UPDATE ${SCHEMA}.job SET expire_in = make_interval(secs => $2) WHERE name = $1 AND id IN (
       SELECT id FROM ${SCHEMA}.job
       WHERE name = $1 AND state < 'active' AND expire_in < make_interval(secs => $2)
       ORDER BY id FOR UPDATE SKIP LOCKED)`,
    [QUEUE_NAME, UNFETCHED_SECONDS],
  );
}

function among(leases: readonly Lease[], rows: readonly { id: string }[]): Lease[] {
  const ids = new Set(rows.map(({ id }) => id));
  return leases.filter(({ jobId }) => ids.has(jobId));
}

/**
 * Derives the job's id from the policy, so that a policy has one job at most. pg-boss's own `stately` queues allow a
 * second one to wait beside an active one, but then a fetch whose batch reaches it returns nothing, not even the jobs
 * of other policies.
 */
export function jobIdOf(policy: string): string {
  const hex = createHash("sha256").update(policy).digest("hex");
  const variant = "89ab"[Number.parseInt(hex[16]!, 16) & 3]!;
  // Version 8 marks an id of the application's own format.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
