import type { Database } from "./database";
import { openEmbedded } from "./embedded";
import { openPostgres, type PostgresOptions } from "./postgres";
import type { DatabaseProgram } from "./program";

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
 * Opens a program's database; `migrate` brings its tables up to date.
 * Throws `DatabaseInUseError` when another process has the directory.
 */
export async function openDatabase(
  options: DatabaseOptions,
  program: DatabaseProgram,
): Promise<Database> {
  if ("url" in options) return openPostgres(options, program.name);
  return openEmbedded(program, "directory" in options ? options.directory : undefined);
}
