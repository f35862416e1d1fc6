import type { Database } from "../types";
import { SchemaVersionError } from "./errors";
import { type Migration, MIGRATIONS } from "./migrations";

/** Any number that no other program takes for its own; PostgreSQL has one space for all of them. */
const LOCK = "7235421980166104";

/**
 * Brings the schema up to date, one migrating process at a time. A newer minor version was made by a newer keeper and
 * suits this one as well. Throws `SchemaVersionError` for a newer major one.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const newest = migrations[migrations.length - 1]!;
  await database.transaction(async (transaction) => {
    // Waiting for another keeper's migration is no slow statement.
    await transaction.script("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'");
    await transaction.query("SELECT pg_advisory_xact_lock($1::bigint)", [LOCK]);
    await transaction.script(`
      CREATE SCHEMA IF NOT EXISTS milepost_keeper;
      CREATE TABLE IF NOT EXISTS milepost_keeper.schema_version (
        major integer NOT NULL,
        minor integer NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (major, minor)
      )`);
    const found = await newestVersion(transaction);
    refuseNewer(found, newest);
    for (const migration of migrations) {
      if (found && !isAfter(migration, found)) continue;
      await transaction.script(migration.sql);
      await transaction.query(
        "INSERT INTO milepost_keeper.schema_version (major, minor) VALUES ($1, $2)",
        [migration.major, migration.minor],
      );
    }
  });
}

/**
 * Checks that this code can still work with the schema: a newer keeper may have migrated it since `migrate`. Throws
 * `SchemaVersionError` for a newer major version.
 */
export async function checkSchema(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  refuseNewer(await newestVersion(database), migrations[migrations.length - 1]!);
}

async function newestVersion(database: Database): Promise<Version | undefined> {
  const [found] = await database.query<Version>(
    "SELECT major, minor FROM milepost_keeper.schema_version ORDER BY major DESC, minor DESC LIMIT 1",
  );
  return found;
}

function refuseNewer(found: Version | undefined, known: Version): void {
  if (found && found.major > known.major) {
    throw new SchemaVersionError(version(found), version(known));
  }
}

interface Version {
  major: number;
  minor: number;
}

function isAfter(a: Version, b: Version): boolean {
  return a.major === b.major ? a.minor > b.minor : a.major > b.major;
}

function version({ major, minor }: Version): string {
  return `${major}.${minor}`;
}
