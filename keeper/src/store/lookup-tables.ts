/** Address lookup tables that the keepers of one database made, so that whoever comes next uses and closes them. */
import type { Database } from "../types";

export type LookupTableState = "creating" | "active" | "deactivating" | "closed";

export interface LookupTableRecord {
  address: string;
  state: LookupTableState;
  /** In the order of their indexes. */
  addresses: string[];
  /** Slot of the last creation, extension or deactivation: an extension counts from the next slot on. */
  changedSlot: number;
}

/** Inserts or renews; an older slot never overwrites a newer one. */
export async function saveLookupTable(database: Database, table: LookupTableRecord): Promise<void> {
  await database.query(
    `INSERT INTO milepost_keeper.lookup_tables AS t (address, state, addresses, changed_slot)
     VALUES ($1, $2, $3::text[], $4)
     ON CONFLICT (address) DO UPDATE SET state = excluded.state, addresses = excluded.addresses,
       changed_slot = excluded.changed_slot, updated_at = now()
     WHERE excluded.changed_slot >= t.changed_slot`,
    [table.address, table.state, table.addresses, table.changedSlot],
  );
}

/** Tables in one of these states, the newest change first. */
export async function lookupTables(
  database: Database,
  states: readonly LookupTableState[] = ["active"],
): Promise<LookupTableRecord[]> {
  const rows = await database.query<
    Omit<LookupTableRecord, "changedSlot"> & { changedSlot: string }
  >(
    `SELECT address, state, addresses, changed_slot AS "changedSlot" FROM milepost_keeper.lookup_tables
     WHERE state = ANY($1::text[]) ORDER BY changed_slot DESC, address`,
    [states],
  );
  return rows.map((row) => ({ ...row, changedSlot: Number(row.changedSlot) }));
}

export async function removeLookupTable(database: Database, address: string): Promise<void> {
  await database.query("DELETE FROM milepost_keeper.lookup_tables WHERE address = $1", [address]);
}
