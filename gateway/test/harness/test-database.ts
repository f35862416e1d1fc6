/** A database with the gateway's tables: embedded in memory, or on the server of `npm run test:postgres`. */
import { migratedDatabase, type TestDatabase } from "@milepost/database/testing";
import { GATEWAY_SCHEMA } from "../../src/store/migrations";

/** Opens a migrated database. The embedded one is shared by the suites of a process, so only one test has it at a time. */
export const openTestDatabase = (): Promise<TestDatabase> => migratedDatabase(GATEWAY_SCHEMA);
