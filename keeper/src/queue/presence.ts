/**
 * Shows the other keepers of a server that this one is alive, by an advisory lock. Its session ends with the process, also
 * after SIGKILL, and the lock with the session. The leases of a holder without a lock need not run out.
 */
import { randomInt } from "node:crypto";
import type { Database } from "@milepost/database";
import { AT_ONCE, QUEUE_NAME, SCHEMA, UNFETCHED_SECONDS } from "./lease-rows";

/** First number of the locks, for keepers alone; the second one is the holder's. */
const LOCK_CLASS = 723_542_198;

export class Presence {
  private readonly id = randomInt(1, 2 ** 31);
  private isShown = false;

  /** @param database one connection that stays open when idle, for nothing else. The lock ends with it. */
  constructor(private readonly database: Database) {}

  /** Number of this keeper as a holder of leases; null while the others do not see it, so that its leases run out. */
  get holder(): number | null {
    return this.isShown ? this.id : null;
  }

  /** Takes the lock, or takes it again in a new session. Call it every few seconds, as a session may end at any time. */
  async show(): Promise<void> {
    try {
      const [row] = await this.database.query<{ isMine: boolean }>(
        `SELECT pg_try_advisory_lock($1, $2) AS "isMine"`,
        [LOCK_CLASS, this.id],
      );
      this.isShown = row!.isMine;
    } catch (error) {
      this.isShown = false;
      throw error;
    }
  }
}

/**
 * Makes the jobs of holders that have ended available again, as if their leases had run out: a worker that still lives can
 * sign nothing for them, and the next one first brings the transactions in the journal to their end.
 */
export async function freeLeasesOfEnded(database: Database): Promise<void> {
  await database.query(
    `UPDATE ${SCHEMA}.job SET state = 'retry', start_after = ${AT_ONCE}, expire_in = make_interval(secs => $2), output = NULL
     WHERE name = $1 AND id IN (
       SELECT j.id FROM ${SCHEMA}.job j
       WHERE j.name = $1 AND j.state = 'active' AND j.output ? 'holder' AND NOT EXISTS (
         SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
           AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
           AND l.classid = $3::int::oid AND l.objid = (j.output ->> 'holder')::int::oid)
       ORDER BY j.id FOR UPDATE OF j SKIP LOCKED)`,
    [QUEUE_NAME, UNFETCHED_SECONDS, LOCK_CLASS],
  );
}
