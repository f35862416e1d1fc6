/** The keeper's own database: its schema, and what its users read when the files are damaged. */
import {
  checkSchema as checkSchemaOf,
  type Database,
  type DatabaseOptions,
  type DatabaseProgram,
  type Migration,
  migrate as migrateTo,
  openDatabase as openFor,
  type Schema,
} from "@milepost/database";
import { MIGRATIONS } from "./migrations";

/** The keeper, as the database's errors name it. */
export const KEEPER: DatabaseProgram = {
  name: "keeper",
  withoutFiles:
    "The keeper then reads every policy from the chain. No payment is lost, and the program pays no milestone twice. " +
    "This is lost: the history that status sums up, delays and alerts, the use of the rent budget, and the list of the " +
    'keeper\'s lookup tables, whose rent you can reclaim by hand: see "A damaged database" in the README.',
};

/** Schema of the keeper's tables. */
export const KEEPER_SCHEMA: Schema = schemaOf(MIGRATIONS);

function schemaOf(migrations: readonly Migration[]): Schema {
  return { schema: "milepost_keeper", program: KEEPER.name, migrations };
}

/**
 * Opens the keeper's database; `migrate` brings its tables up to date.
 * Throws `DatabaseInUseError` when another process has the directory.
 * @example
 * const database = await openDatabase({ directory: "keeper-data" });
 * await migrate(database);
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return openFor(options, KEEPER);
}

/**
 * Brings the schema up to date, one migrating process at a time. A newer minor version comes from a newer keeper and
 * works for this one as well. Throws `SchemaVersionError` for a newer major one.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await migrateTo(database, schemaOf(migrations));
}

/**
 * Checks that this code can still work with the schema: a newer keeper may have migrated it since `migrate`. Throws
 * `SchemaVersionError` for a newer major version.
 */
export async function checkSchema(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await checkSchemaOf(database, schemaOf(migrations));
}
