/** A database for a suite: embedded in memory, or on the server of `KEEPER_TEST_DATABASE_URL`. */
import { randomBytes } from "node:crypto";
import { openDatabase } from "../src/database/open";
import { migrate } from "../src/database/migrate";
import type { Database } from "../src/types";

export const SERVER_URL = process.env.KEEPER_TEST_DATABASE_URL ?? null;

export interface TestDatabase {
  /** Empty, without tables. */
  readonly database: Database;
  /** Its address on a server, null when embedded. */
  readonly url: string | null;
  /** As another worker's process has it: connections of its own on a server, the same session when embedded. */
  another(): Promise<Database>;
  /** Removes everything. */
  drop(): Promise<void>;
}

/** An embedded one takes seconds to start, so the suites of a process have one after another. */
let embedded: Promise<Database> | undefined;

/** A database without tables. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return SERVER_URL ? emptyOnServer(SERVER_URL) : emptyEmbedded();
}

/** A database with the keeper's tables. */
export async function migratedDatabase(): Promise<TestDatabase> {
  const test = await emptyDatabase();
  await migrate(test.database);
  return test;
}

/** No rows, the same tables. */
export async function truncate(database: Database): Promise<void> {
  await database.script(`TRUNCATE milepost_keeper.policies, milepost_keeper.attempts, milepost_keeper.attempt_members,
    milepost_keeper.outcomes, milepost_keeper.lookup_tables, milepost_keeper.alerts, milepost_keeper.notifications`);
}

async function emptyEmbedded(): Promise<TestDatabase> {
  embedded ??= openDatabase({ memory: true });
  const database = await embedded;
  const drop = () =>
    database
      .script(
        "DROP SCHEMA IF EXISTS milepost_keeper CASCADE; DROP SCHEMA IF EXISTS milepost_keeper_queue CASCADE",
      )
      .then(() => undefined);
  await drop();
  return { database, url: null, another: async () => database, drop };
}

async function emptyOnServer(server: string): Promise<TestDatabase> {
  const name = `keeper_${randomBytes(6).toString("hex")}`;
  const admin = await openDatabase({ url: server, connections: 1 });
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const opened = [await openDatabase({ url: url.href })];
  return {
    database: opened[0]!,
    url: url.href,
    async another() {
      const database = await openDatabase({ url: url.href });
      opened.push(database);
      return database;
    },
    async drop() {
      await Promise.all(opened.map((database) => database.close()));
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.close();
    },
  };
}
