/** The database of Milepost's servers: a Postgres, or an embedded one. */
export type { Database } from "./database";
export {
  DatabaseDamagedError,
  DatabaseDirectoryError,
  DatabaseInUseError,
  DatabaseUnusableError,
  DatabaseVersionError,
  isConnectionLoss,
  SchemaVersionError,
} from "./errors";
export { checkSchema, migrate, type Migration, type Schema } from "./migrate";
export { type DatabaseOptions, openDatabase } from "./open";
export type { PostgresOptions } from "./postgres";
export type { DatabaseProgram, ProgramName } from "./program";
