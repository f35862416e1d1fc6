/** Stores work that counts for all keepers of a database, by the database's clock. */
import type { Database } from "@milepost/database";

/** Work as the keepers of a database last did it. */
export interface SharedWork {
  /** Milliseconds since the work began. */
  ageMs: number;
  /** True when it began after the given time. */
  isLater: boolean;
  /** True when a keeper has renewed it since the given time. */
  isRenewed: boolean;
  /** True when a keeper has renewed it within the last seconds, and so is probably alive. */
  isRenewing: boolean;
}

/** Seconds after the last renewal in which the keeper that made it still counts as alive. */
const ALIVE_SECONDS = 5;

/** Returns the database's time, as `workOf` and the functions below take it. */
export async function databaseTime(database: Database): Promise<string> {
  const [row] = await database.query<{ time: string }>("SELECT clock_timestamp()::text AS time");
  return row!.time;
}

/** Returns the work of the name, compared with the time `since`; null when no keeper has done it. */
export async function workOf(
  database: Database,
  name: string,
  since: string,
): Promise<SharedWork | null> {
  const [row] = await database.query<SharedWork>(
    `SELECT (extract(epoch FROM clock_timestamp() - begun_at) * 1000)::float8 AS "ageMs",
       begun_at > $2::timestamptz AS "isLater",
       coalesce(renewed_at >= $2::timestamptz, false) AS "isRenewed",
       coalesce(renewed_at > clock_timestamp() - interval '${ALIVE_SECONDS} seconds', false) AS "isRenewing"
     FROM milepost_keeper.shared_work WHERE name = $1`,
    [name, since],
  );
  return row ?? null;
}

/** Notes that the work is done that began at `begunAt`. Earlier work of the name no longer counts. */
export async function recordWork(database: Database, name: string, begunAt: string): Promise<void> {
  await database.query(
    `INSERT INTO milepost_keeper.shared_work AS w (name, begun_at) VALUES ($1, $2::timestamptz)
     ON CONFLICT (name) DO UPDATE SET begun_at = greatest(w.begun_at, excluded.begun_at)`,
    [name, begunAt],
  );
}

/** Notes that the result of the work is still kept up to date, as of the time `at`. */
export async function renewWork(database: Database, name: string, at: string): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper.shared_work SET renewed_at = greatest(renewed_at, $2::timestamptz) WHERE name = $1`,
    [name, at],
  );
}
