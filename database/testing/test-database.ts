/** Provides a database for a suite: embedded in memory, or on the server of `MILEPOST_TEST_DATABASE_URL`. */
import { type Database, migrate, openDatabase, type Schema } from "../src";
import { KeptTables, removeEverything } from "./kept-tables";
import { createDatabase, dropDatabase, SERVER_URL } from "./server";
import { TEST_PROGRAM } from "./test-program";

export interface TestDatabase {
  /** Database without rows of tests. */
  readonly database: Database;
  /** URL on a server, null when embedded. */
  readonly url: string | null;
  /**
   * Opens the database as another worker's process does: with connections of its own on a server, in the same session
   * when embedded.
   */
  another(): Promise<Database>;
  /** Removes everything; the embedded database is emptied at the latest when a suite opens it again. */
  drop(): Promise<void>;
}

/** Embedded database that the suites of a process share, as it takes seconds to start. */
let embedded: Promise<Database> | undefined;
/** Tables that the embedded database has; undefined while it has none, or unknown ones. */
let kept: KeptTables | undefined;

/** Returns a database without tables. */
export async function emptyDatabase(): Promise<TestDatabase> {
  if (SERVER_URL) return openOnServer(SERVER_URL);
  const database = await openEmbedded();
  const drop = async () => {
    kept = undefined;
    await removeEverything(database);
  };
  await drop();
  return { database, url: null, another: async () => database, drop };
}

/** Returns a database with the tables of a schema, up to date and without rows of tests. */
export async function migratedDatabase(schema: Schema): Promise<TestDatabase> {
  if (SERVER_URL) return openOnServer(SERVER_URL, await templateOf(SERVER_URL, schema));
  const database = await openEmbedded();
  if (!(await kept?.empty(schema))) {
    kept = undefined;
    await removeEverything(database);
    await migrate(database, schema);
    kept = await KeptTables.of(database, schema);
  }
  return { database, url: null, another: async () => database, drop: async () => undefined };
}

function openEmbedded(): Promise<Database> {
  embedded ??= openDatabase({ memory: true }, TEST_PROGRAM);
  return embedded;
}

/** Names of the server's databases with the tables of a schema; the server's end removes them. */
const templates = new Map<Schema, Promise<string>>();

/** Returns the database to copy: a copy takes a third of the time that the migrations take. */
function templateOf(server: string, schema: Schema): Promise<string> {
  let template = templates.get(schema);
  if (!template) templates.set(schema, (template = makeTemplate(server, schema)));
  return template;
}

async function makeTemplate(server: string, schema: Schema): Promise<string> {
  const url = await createDatabase({ url: server });
  // PostgreSQL copies only a database to which nobody is connected.
  const database = await openDatabase({ url }, TEST_PROGRAM);
  await migrate(database, schema).finally(() => database.close());
  return new URL(url).pathname.slice(1);
}

async function openOnServer(server: string, template?: string): Promise<TestDatabase> {
  const url = await createDatabase({ url: server }, template);
  const opened: Database[] = [];
  const another = async () => {
    const database = await openDatabase({ url }, TEST_PROGRAM);
    opened.push(database);
    return database;
  };
  return {
    database: await another(),
    url,
    another,
    async drop() {
      await Promise.all(opened.map((database) => database.close()));
      await dropDatabase({ url: server }, url);
    },
  };
}
