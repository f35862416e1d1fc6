/** Writes the changed fields of a row, and no other: a stale object never overwrites what somebody else wrote. */
import type { Database } from "@milepost/database";

/** Column of each field that may change. */
export type Columns<Field extends string> = Readonly<Record<Field, string>>;

/** Row to change. */
export interface RowToUpdate<Field extends string> {
  /** Table within the gateway's schema. */
  table: string;
  /** Columns that find the row, with their values. */
  where: Readonly<Record<string, unknown>>;
  columns: Columns<Field>;
  /** Fields to write; money as bigint, JSON as an object. */
  change: Readonly<Partial<Record<Field, unknown>>>;
  /** Set as `updated_at`; left alone without it. */
  now?: Date;
}

/** Updates one row. */
export async function updateRow<Field extends string>(
  transaction: Database,
  { table, where, columns, change, now }: RowToUpdate<Field>,
): Promise<void> {
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${values.push(toSql(value))}`;
  const sets = (Object.keys(change) as Field[]).map(
    (field) => `${columns[field]} = ${place(change[field])}`,
  );
  if (now) sets.push(`updated_at = ${place(now)}`);
  if (sets.length === 0) return;
  const conditions = Object.entries(where).map(([column, value]) => `${column} = ${place(value)}`);
  await transaction.query(
    `UPDATE milepost_gateway.${table} SET ${sets.join(", ")} WHERE ${conditions.join(" AND ")}`,
    values,
  );
}

function toSql(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  const isJson = typeof value === "object" && value !== null && !(value instanceof Date);
  return isJson ? JSON.stringify(value) : value;
}
