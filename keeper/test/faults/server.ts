/** A Postgres for tests with real processes: each test gets a database of its own on it. */
import { randomBytes } from "node:crypto";
import { openDatabase } from "../../src/database/open";
import { startPostgres } from "../postgres";
import { SERVER_URL } from "../test-database";

export interface Server {
  /** Of a superuser. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The server of `KEEPER_TEST_DATABASE_URL`, or one that lives as long as the suite. */
export async function openServer(): Promise<Server> {
  if (!SERVER_URL) return startPostgres();
  return { url: SERVER_URL, stop: async () => undefined };
}

/** The URL of a new, empty database. */
export async function createDatabase({ url: server }: Pick<Server, "url">): Promise<string> {
  const admin = await openDatabase({ url: server, connections: 1 });
  const name = `keeper_faults_${randomBytes(6).toString("hex")}`;
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.close();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Ends who is connected to it, and removes it. */
export async function dropDatabase({ url }: Pick<Server, "url">, database: string): Promise<void> {
  const admin = await openDatabase({ url, connections: 1 });
  await admin.query(`DROP DATABASE ${new URL(database).pathname.slice(1)} WITH (FORCE)`);
  await admin.close();
}
