import type { Database } from "../types";
import { openEmbedded } from "./embedded";
import { openPostgres, type PostgresOptions } from "./postgres";

/** A Postgres server, an embedded one with its files in a directory, or one that lives as long as the process. */
export type DatabaseOptions = PostgresOptions | { directory: string } | { memory: true };

/**
 * Opens the keeper's database; `migrate` brings its tables up to date.
 * Throws `DatabaseInUseError` when another process has the directory.
 * @example
 * const database = await openDatabase({ directory: "keeper-data" });
 * await migrate(database);
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if ("url" in options) return openPostgres(options);
  return openEmbedded("directory" in options ? options.directory : undefined);
}
