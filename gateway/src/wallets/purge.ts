/** Removes challenges that no wallet can answer any more. */
import type { Database } from "@milepost/database";
import { deleteOldRows } from "../rows/delete-old-rows";

/** Days that a challenge is kept, long past its expiry: until then, a late answer is told that it expired. */
export const CHALLENGE_DAYS = 7;

const DAY_MS = 86_400_000;

/** Removes one batch of expired challenges; returns their number. */
export const purgeChallenges = (database: Database, now: Date, batch: number): Promise<number> =>
  deleteOldRows(
    database,
    {
      ...{ table: "wallet_challenges", key: "id", where: "created_at < $1", orderBy: "created_at" },
      limit: new Date(now.getTime() - CHALLENGE_DAYS * DAY_MS),
    },
    batch,
  );
