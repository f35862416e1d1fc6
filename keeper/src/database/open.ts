import type { Database } from "../types";
import { openEmbedded } from "./embedded";
import { openPostgres, type PostgresOptions } from "./postgres";

/** A Postgres server, an embedded one with its files in a directory, or one that lives as long as the process. */
export type DatabaseOptions =
  | PostgresOptions
  | {
      /** Directory of the embedded server's files, created when it is missing; one process at a time may have it open. */
      directory: string;
    }
  | {
      /** Choice of an embedded server in memory, which ends with the process. */
      memory: true;
    };

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
