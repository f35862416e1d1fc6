/** Windows of rate limits in the database, which every process of the gateway shares. */
import type { Database } from "@milepost/database";

/** A window after a process took requests out of it. */
export interface Window {
  /** Requests that all processes have taken, with those of this call; it may exceed the limit. */
  taken: number;
  /** Seconds until the window ends, 1 at least. */
  secondsLeft: number;
}

/** Input of `takeFromWindow`. */
export interface Take {
  /** What is limited, such as `key:ab12` or `ip:192.0.2.1`. */
  subject: string;
  /** Number of requests to take. */
  count: number;
  /** Length of a window in seconds. */
  windowSecs: number;
  /** Unix seconds. Default: the database's time, so that processes with different clocks share a window. */
  now?: number;
}

interface Row {
  taken: number;
  starts: string | number;
  now: string | number;
}

/** Takes requests out of the current window of a subject, in one statement. */
export async function takeFromWindow(
  database: Database,
  { subject, count, windowSecs, now }: Take,
): Promise<Window> {
  const [row] = await database.query<Row>(
    `WITH clock AS (SELECT COALESCE($4::bigint, floor(extract(epoch FROM now()))::bigint) AS now)
     INSERT INTO milepost_gateway.rate_windows AS known (subject, starts, taken)
     SELECT $1, now - now % $3::bigint, $2 FROM clock
     ON CONFLICT (subject) DO UPDATE SET
       taken = CASE WHEN EXCLUDED.starts = known.starts THEN known.taken + EXCLUDED.taken ELSE EXCLUDED.taken END,
       starts = EXCLUDED.starts
     RETURNING taken, starts, (SELECT now FROM clock) AS now`,
    [subject, count, windowSecs, now ?? null],
  );
  const { taken, starts, now: time } = row!;
  return { taken, secondsLeft: Math.max(1, Number(starts) + windowSecs - Number(time)) };
}

/** Removes windows that ended: each address that ever called has a row. */
export async function removeOldWindows(
  database: Database,
  { windowSecs, now }: Pick<Take, "windowSecs" | "now">,
): Promise<void> {
  await database.query(
    `DELETE FROM milepost_gateway.rate_windows
     WHERE starts < COALESCE($2::bigint, floor(extract(epoch FROM now()))::bigint) - 2 * $1::bigint`,
    [windowSecs, now ?? null],
  );
}
