/** Removes what signings and budgets leave behind. */
import type { Database } from "@milepost/database";
import { deleteOldRows } from "../rows/delete-old-rows";

/** Days that a transaction for a wallet is kept: its bytes cannot land after minutes, and a late return gets an answer. */
export const SIGNING_DAYS = 7;
/** Hours that spending is kept; a budget is of one hour. */
export const SPENDING_HOURS = 48;

const HOUR_MS = 3_600_000;

/** Removes one batch of old signings; returns their number. */
export const purgeSignings = (database: Database, now: Date, batch: number): Promise<number> =>
  deleteOldRows(
    database,
    {
      ...{ table: "signings", key: "id", where: "created_at < $1", orderBy: "created_at" },
      limit: new Date(now.getTime() - SIGNING_DAYS * 24 * HOUR_MS),
    },
    batch,
  );

/** Removes one batch of hours that no budget counts any more; returns their number. */
export const purgeSpending = (database: Database, now: Date, batch: number): Promise<number> =>
  deleteOldRows(
    database,
    {
      ...{ table: "sponsor_spending", key: "account_id, mode, hour", where: "hour < $1" },
      limit: Math.floor(now.getTime() / HOUR_MS) - SPENDING_HOURS,
    },
    batch,
  );
