/** Removes sessions that expired, and challenges that no wallet can answer any more. */
import type { Database } from "@milepost/database";
import { deleteOldRows } from "../rows/delete-old-rows";

/** Hours that a challenge is kept, past its expiry: until then, a late answer is told that it expired. */
const CHALLENGE_HOURS = 24;

const HOUR_MS = 3_600_000;

/** Removes one batch of old challenges; returns their number. */
export const purgeSessionChallenges = (
  database: Database,
  now: Date,
  batch: number,
): Promise<number> =>
  deleteOldRows(
    database,
    {
      ...{
        table: "session_challenges",
        key: "id",
        where: "created_at < $1",
        orderBy: "created_at",
      },
      limit: new Date(now.getTime() - CHALLENGE_HOURS * HOUR_MS),
    },
    batch,
  );

/** Removes one batch of expired sessions; returns their number. */
export const purgeSessions = (database: Database, now: Date, batch: number): Promise<number> =>
  deleteOldRows(
    database,
    {
      ...{ table: "wallet_sessions", key: "id", where: "expires_at <= $1", orderBy: "expires_at" },
      limit: now,
    },
    batch,
  );
