/** Provides a database with the keeper's tables for a suite: embedded in memory, or on a server. */
import type { Database } from "@milepost/database";
import { migratedDatabase as migratedTo, type TestDatabase } from "@milepost/database/testing";
import { KEEPER_SCHEMA } from "../../src/store/database";

export { SERVER_URL, type TestDatabase } from "@milepost/database/testing";

/** Returns a database with the keeper's tables. */
export const migratedDatabase = (): Promise<TestDatabase> => migratedTo(KEEPER_SCHEMA);

/** Removes all rows and keeps the tables. */
export async function truncate(database: Database): Promise<void> {
  await database.script(`TRUNCATE milepost_keeper.policies, milepost_keeper.attempts, milepost_keeper.attempt_members,
    milepost_keeper.outcomes, milepost_keeper.lookup_tables, milepost_keeper.alerts, milepost_keeper.notifications,
    milepost_keeper.shared_work`);
}
