/** Hands out leases on due policies. A job of pg-boss is only a lease: a lost one is made again from the store. */
import PgBoss from "pg-boss";
import type { Database } from "@milepost/database";
import { MAX_TURN, takeDue } from "../store/due";
import {
  AT_ONCE,
  end,
  extend,
  fence,
  given,
  jobIdOf,
  lasting,
  type Lease,
  LEASE_SECONDS,
  MINE,
  QUEUE_NAME,
  resetUnfetched,
  SCHEMA,
  UNFETCHED_SECONDS,
} from "./lease-rows";

import { freeLeasesOfEnded, Presence } from "./presence";

export { type Lease, LeaseLostError } from "./lease-rows";

/** Number of retries: a lease that runs out makes the job available again every time. */
const RETRY_LIMIT = 2_147_483_647;

/** Options of `openQueue`. */
export interface QueueOptions {
  /** Duration of a lease after its last renewal, in seconds; it is renewed several times within it. Default: 45. */
  leaseSeconds?: number;
  /**
   * True when no other process has the database open, so that leases still held belong to a process that has ended.
   * Default: false.
   */
  isAlone?: boolean;
  /**
   * Database with one connection of its own that stays open when idle (`connections: 1, idleTimeoutMs: 0`), for nothing
   * else. By it, the other keepers see that this one is alive, and take over its leases within seconds after its end.
   * Default: none; the leases then have to run out.
   */
  presence?: Database;
  /** Listener for errors inside pg-boss. Default: ignored. */
  onError?: (error: Error) => void;
}

/** Numbers of jobs in the queue, over all keepers of the database. */
export interface QueueDepth {
  /** Number of policies that wait for a worker. */
  queued: number;
  /** Number of policies that a worker holds a lease on. */
  active: number;
}

/** Opens the queue, and creates its missing tables. */
export async function openQueue(
  database: Database,
  options: QueueOptions = {},
): Promise<ExecuteQueue> {
  // `maintain` does the maintenance, instead of timers of pg-boss.
  let current = database;
  const boss = new PgBoss({
    db: { executeSql: (text, values) => asPgBossDatabase(current).executeSql(text, values) },
    schema: SCHEMA,
    supervise: false,
    schedule: false,
  });
  boss.on("error", (error) => options.onError?.(error));
  // pg-boss checks for its schema before it takes its lock. A session that has found the schema missing still
  // believes so after another keeper has created it.
  await database.transaction(async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock(hashtext($1))", [SCHEMA]);
    await transaction.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  });
  await boss.start();
  // Two keepers that add a partition for it at once end in a deadlock.
  await database.transaction(async (transaction) => {
    await transaction.query("SELECT pg_advisory_xact_lock(hashtext($1))", [SCHEMA]);
    current = transaction;
    try {
      await boss.createQueue(QUEUE_NAME, {
        name: QUEUE_NAME,
        policy: "standard",
        retryLimit: RETRY_LIMIT,
        retryDelay: 0,
      });
    } finally {
      current = database;
    }
  });
  if (options.isAlone) {
    await database.query(
      `UPDATE ${SCHEMA}.job SET state = 'retry', start_after = ${AT_ONCE} WHERE name = $1 AND state = 'active'`,
      [QUEUE_NAME],
    );
  }
  const presence = options.presence ? new Presence(options.presence) : null;
  await presence?.show().catch((error: Error) => options.onError?.(error));
  return new ExecuteQueue(database, boss, options.leaseSeconds ?? LEASE_SECONDS, presence);
}

/** Hands out leases on the due policies, see `openQueue`. Several keepers of one database share them. */
export class ExecuteQueue {
  private readonly mine = new Map<string, Lease>();
  private isStopped = false;

  constructor(
    private readonly database: Database,
    private readonly boss: PgBoss,
    /** Duration of a lease after its last renewal, in seconds. */
    readonly leaseSeconds: number,
    private readonly presence: Presence | null = null,
  ) {}

  /**
   * Makes jobs for up to `limit` policies that are due at `chainNow`, by turn and then the longest due first. A
   * policy that already has a job gets no second one. Resolves with the number of policies.
   */
  async enqueueDue(chainNow: bigint, limit: number): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const due = await takeDue(transaction, chainNow, limit, this.unfetchedSeconds);
      if (due.length === 0) return 0;
      const jobs = due.map(({ policy, attempts }) => ({
        id: jobIdOf(policy),
        name: QUEUE_NAME,
        singletonKey: policy,
        // A policy that is due for the first time does not wait behind policies that keep failing.
        priority: -Math.min(attempts, MAX_TURN),
        data: { policy },
        expireInSeconds: this.unfetchedSeconds,
      }));
      await this.boss.insert(jobs, { db: asPgBossDatabase(transaction) });
      return due.length;
    });
  }

  /** Takes leases on up to `limit` policies that no worker holds; none after `stop`. Renew them until they end. */
  async fetch(limit: number): Promise<Lease[]> {
    if (this.isStopped) return [];
    const holder = this.presence?.holder ?? null;
    const jobs = await this.database.transaction(async (transaction) => {
      const fetched = await this.fetchJobs(transaction, limit);
      if (fetched.length > 0) {
        await transaction.query(
          `UPDATE ${SCHEMA}.job SET expire_in = make_interval(secs => $3),
             output = jsonb_strip_nulls(jsonb_build_object('holder', $4::int))
           WHERE name = $1 AND id = ANY($2::uuid[])`,
          [QUEUE_NAME, fetched.map(({ id }) => id), this.leaseSeconds, holder],
        );
      }
      return fetched;
    });
    const leases = jobs.map((job) => ({
      policy: job.data.policy,
      jobId: job.id,
      startedOn: job.startedOn,
      expiresOn: new Date(job.startedOn.getTime() + 1_000 * this.leaseSeconds),
    }));
    for (const lease of leases) this.mine.set(lease.jobId, lease);
    return leases;
  }

  private async fetchJobs(transaction: Database, limit: number) {
    // pg-boss swallows every error of a fetch.
    let failure: unknown;
    const inner = asPgBossDatabase(transaction);
    const db: PgBoss.Db = {
      executeSql: (text, values) =>
        inner.executeSql(text, values).catch((error: unknown) => {
          failure = error;
          throw error;
        }),
    };
    const jobs = await this.boss.fetch<{ policy: string }>(QUEUE_NAME, {
      batchSize: limit,
      includeMetadata: true,
      db,
    });
    if (failure) throw failure as Error;
    return jobs;
  }

  /**
   * Renews every lease that this queue handed out and that has not ended. Call it every `renewalMs(leaseSeconds)`. A lease
   * is renewed for 15 minutes at most, so that a worker that hangs does not keep its policies.
   */
  async renew(): Promise<void> {
    const leases = [...this.mine.values()];
    if (leases.length === 0) return;
    const renewed = new Set(await extend(this.database, leases, this.leaseSeconds));
    this.forget(leases.filter((lease) => !renewed.has(lease)));
  }

  /**
   * Returns the leases that are still held. Call it right before signing: another worker has taken over the others,
   * or will do so in the next moment. The others are not renewed any more.
   */
  async held(leases: readonly Lease[]): Promise<Lease[]> {
    const held = await lasting(this.database, leases);
    this.forget(leases.filter((lease) => !held.includes(lease)));
    return held;
  }

  /**
   * Keeps the leases from being taken over until the transaction ends, so that its writes are there before another
   * worker begins. Throws `LeaseLostError` when one of the leases is already lost.
   */
  async fence(transaction: Database, leases: readonly Lease[]): Promise<void> {
    await fence(transaction, leases);
  }

  /** Ends leases whose result is in the store. A lease that another worker has taken over stays theirs. */
  async complete(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    await end(this.database, leases);
    this.forget(leases);
  }

  /** Gives leases back without a result, for the next fetch. */
  async release(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    await this.database.query(
      `${MINE} UPDATE ${SCHEMA}.job j SET state = 'retry', start_after = ${AT_ONCE},
         expire_in = interval '${UNFETCHED_SECONDS} seconds', output = NULL FROM mine
       WHERE j.name = mine.name AND j.id = mine.id`,
      given(leases),
    );
    this.forget(leases);
  }

  /** Makes the jobs of dead workers available again. Call it every few seconds, from one worker or from all. */
  async maintain(): Promise<void> {
    // Without its own connection, the keeper still frees what others have left.
    const [shown] = await Promise.allSettled([this.presence?.show()]);
    await freeLeasesOfEnded(this.database);
    await this.boss.maintain();
    await resetUnfetched(this.database);
    if (shown.status === "rejected") throw shown.reason;
  }

  /**
   * Counts jobs that wait for a worker, and jobs that a worker holds; `database` may be another connection to the
   * same one.
   */
  async depth(database = this.database): Promise<QueueDepth> {
    const [row] = await database.query<{ queued: string; active: string }>(
      `SELECT count(*) FILTER (WHERE state < 'active') AS queued, count(*) FILTER (WHERE state = 'active') AS active
       FROM ${SCHEMA}.job WHERE name = $1`,
      [QUEUE_NAME],
    );
    return { queued: Number(row!.queued), active: Number(row!.active) };
  }

  /** Hands out nothing more and releases the leases still held; the database stays open. */
  async stop(): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    await this.release([...this.mine.values()]);
    await this.boss.stop({ graceful: false, close: false });
  }

  /** Seconds after which a job may be lost, or belongs to a dead keeper. */
  private get unfetchedSeconds(): number {
    return Math.max(UNFETCHED_SECONDS, this.leaseSeconds);
  }

  private forget(leases: readonly Lease[]): void {
    for (const { jobId } of leases) this.mine.delete(jobId);
  }
}

/** Adapts the database for pg-boss, which sends its schema as one text of many statements, without values. */
function asPgBossDatabase(database: Database): PgBoss.Db {
  return {
    async executeSql(text, values) {
      const hasValues = values !== undefined && values.length > 0;
      return { rows: await (hasValues ? database.query(text, values) : database.script(text)) };
    },
  };
}
