/** Provides a Postgres server for tests; each test gets a database of its own on it. */
import { randomBytes } from "node:crypto";
import { type Database, openDatabase } from "../src";
import { startPostgres } from "./postgres";
import { TEST_PROGRAM } from "./test-program";

/** URL of the server that `with-postgres` started; null without one. */
export const SERVER_URL = process.env.MILEPOST_TEST_DATABASE_URL ?? null;

export interface Server {
  /** URL of a superuser. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Opens the server of `MILEPOST_TEST_DATABASE_URL`, or one that lives as long as the suite. */
export async function openServer(): Promise<Server> {
  if (!SERVER_URL) return startPostgres();
  return { url: SERVER_URL, stop: async () => undefined };
}

/** Creates a database and returns its URL: an empty one, or a copy of `template`. */
export async function createDatabase(
  { url: server }: Pick<Server, "url">,
  template?: string,
): Promise<string> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const copied = template ? ` TEMPLATE ${template} STRATEGY wal_log` : "";
  await asAdmin(server, (admin) => admin.query(`CREATE DATABASE ${name}${copied}`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Ends every connection to the database, and removes it. */
export async function dropDatabase({ url }: Pick<Server, "url">, database: string): Promise<void> {
  const name = new URL(database).pathname.slice(1);
  await asAdmin(url, (admin) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
}

async function asAdmin(url: string, work: (admin: Database) => Promise<unknown>): Promise<void> {
  const admin = await openDatabase({ url, connections: 1 }, TEST_PROGRAM);
  await work(admin).finally(() => admin.close());
}
