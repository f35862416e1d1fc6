/** Stores the address lookup tables of all keepers of one database, so that the next keeper uses and closes them. */
import type { Database } from "@milepost/database";

export type LookupTableState = "creating" | "active" | "deactivating" | "closed";

export interface LookupTableRecord {
  address: string;
  state: LookupTableState;
  /** Addresses in the order of their indexes. */
  addresses: string[];
  /** Slot of the last creation, extension or deactivation: an extension counts from the next slot on. */
  changedSlot: number;
}

/** Inserts or renews. An older slot never overwrites a newer one, and a table to be closed is never in use again. */
export async function saveLookupTable(database: Database, table: LookupTableRecord): Promise<void> {
  await database.query(
    `INSERT INTO milepost_keeper.lookup_tables AS t (address, state, addresses, changed_slot, used_slot)
     VALUES ($1, $2, $3::text[], $4, $4)
     ON CONFLICT (address) DO UPDATE SET state = excluded.state, addresses = excluded.addresses,
       changed_slot = excluded.changed_slot, used_slot = greatest(t.used_slot, excluded.used_slot), updated_at = now()
     WHERE excluded.changed_slot >= t.changed_slot
       AND (t.state IN ('creating', 'active') OR excluded.state NOT IN ('creating', 'active'))`,
    [table.address, table.state, table.addresses, table.changedSlot],
  );
}

/** Returns the tables in one of these states, the newest change first. */
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

/** Records the use of these tables at the slot. */
export async function useLookupTables(
  database: Database,
  addresses: readonly string[],
  slot: number,
): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper.lookup_tables SET used_slot = greatest(used_slot, $2::bigint), updated_at = now()
     WHERE address = ANY($1::text[])`,
    [addresses, slot],
  );
}

/** Returns active tables without use since the slot, the longest idle first. */
export async function idleLookupTables(
  database: Database,
  slot: number,
): Promise<Pick<LookupTableRecord, "address">[]> {
  return database.query<Pick<LookupTableRecord, "address">>(
    `SELECT address FROM milepost_keeper.lookup_tables WHERE state = 'active' AND used_slot < $1::bigint
     ORDER BY used_slot, address`,
    [slot],
  );
}

export async function removeLookupTable(database: Database, address: string): Promise<void> {
  await database.query("DELETE FROM milepost_keeper.lookup_tables WHERE address = $1", [address]);
}
