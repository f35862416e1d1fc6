/** Removes rows after their time, one small batch at a time, beside other processes that do the same. */
import type { Database } from "@milepost/database";

/** Rows of a table that are over. The texts are SQL of the caller, never of a request. */
export interface OldRows {
  /** Table within the gateway's schema. */
  table: string;
  /** Column or columns that identify a row. */
  key: string;
  /** Condition on `$1`, such as `created_at < $1`. */
  where: string;
  /** Value of `$1`. */
  limit: Date | number;
  /** Column whose smallest values are removed first. Default: any order. */
  orderBy?: string;
}

/** Removes one batch of the rows; returns their number. */
export async function deleteOldRows(
  database: Database,
  { table, key, where, limit, orderBy }: OldRows,
  batch: number,
): Promise<number> {
  const name = `milepost_gateway.${table}`;
  const order = orderBy === undefined ? "" : `ORDER BY ${orderBy}`;
  const rows = await database.query(
    `DELETE FROM ${name} WHERE (${key}) IN (
       SELECT ${key} FROM ${name} WHERE ${where} ${order} LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING 1`,
    [limit, batch],
  );
  return rows.length;
}
