/** Runs a command's work on the operator's Postgres. */
import type { Database } from "@milepost/database";
import type { Command } from "commander";
import { requireFlags } from "../config/required";
import { createLog } from "../observe/log";
import { NoDatabaseError, openPostgres } from "../process/postgres";

/** Opens `--database-url` with its tables up to date, and closes it after the work. Throws `UsageError` without the flag. */
export async function withDatabase<T>(
  command: Command,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  requireFlags(command, "databaseUrl");
  const { databaseUrl: url } = command.opts<{ databaseUrl: string }>();
  const log = createLog({ level: "silent" });
  const database = await openPostgres({ url, connections: 2, log }).catch((error: unknown) => {
    if (!(error instanceof NoDatabaseError)) throw error;
    throw new Error(`--database-url: no database at ${new URL(url).host} (${error.message})`);
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
