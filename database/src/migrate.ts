import type { Database } from "./database";
import { SchemaVersionError } from "./errors";
import type { ProgramName } from "./program";

/**
 * Number of each schema's advisory lock; PostgreSQL has one space for all programs. A number never changes: old and new
 * versions of a program may migrate at once.
 */
const LOCKS = {
  milepost_keeper: "7235421980166104",
  milepost_gateway: "7235421980166105",
} as const;

/** One step of a schema. A minor version only adds, so that older code keeps working beside it. */
export interface Migration {
  /** Version that older code refuses. */
  major: number;
  /** Version within the major one. */
  minor: number;
  /** Statements of the step; they name tables with their schema. */
  sql: string;
}

/** Schema of a program; two programs can share one database. */
export interface Schema {
  /** Name in the database. */
  schema: keyof typeof LOCKS;
  /** Program that the schema belongs to, as error texts name it. */
  program: ProgramName;
  /** Steps in order, one at least. Append-only: a released step is never edited. */
  migrations: readonly Migration[];
}

/**
 * Brings a schema up to date, one migrating process at a time. A newer minor version comes from a newer program and
 * works for this one as well. Throws `SchemaVersionError` for a newer major one.
 */
export async function migrate(database: Database, of: Schema): Promise<void> {
  const { schema, migrations } = of;
  await database.transaction(async (transaction) => {
    // A wait for another process's migration must not count as a slow statement.
    await transaction.script("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'");
    await transaction.query("SELECT pg_advisory_xact_lock($1::bigint)", [LOCKS[schema]]);
    await transaction.script(`
      CREATE SCHEMA IF NOT EXISTS ${schema};
      CREATE TABLE IF NOT EXISTS ${schema}.schema_version (
        major integer NOT NULL,
        minor integer NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (major, minor)
      )`);
    const found = await newestVersion(transaction, of);
    refuseNewer(found, of);
    for (const migration of migrations) {
      if (found && !isAfter(migration, found)) continue;
      await transaction.script(migration.sql);
      await transaction.query(
        `INSERT INTO ${schema}.schema_version (major, minor) VALUES ($1, $2)`,
        [migration.major, migration.minor],
      );
    }
  });
}

/**
 * Checks that this code can still work with a schema: a newer program may have migrated it since `migrate`. Throws
 * `SchemaVersionError` for a newer major version.
 */
export async function checkSchema(database: Database, of: Schema): Promise<void> {
  refuseNewer(await newestVersion(database, of), of);
}

type Version = Pick<Migration, "major" | "minor">;

async function newestVersion(database: Database, { schema }: Schema): Promise<Version | undefined> {
  const [found] = await database.query<Version>(
    `SELECT major, minor FROM ${schema}.schema_version ORDER BY major DESC, minor DESC LIMIT 1`,
  );
  return found;
}

function refuseNewer(found: Version | undefined, { migrations, program }: Schema): void {
  const known = migrations[migrations.length - 1]!;
  if (found && found.major > known.major) {
    throw new SchemaVersionError(version(found), version(known), program);
  }
}

function isAfter(a: Version, b: Version): boolean {
  return a.major === b.major ? a.minor > b.minor : a.major > b.major;
}

function version({ major, minor }: Version): string {
  return `${major}.${minor}`;
}
