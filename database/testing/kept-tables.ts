/**
 * Keeps the tables of the shared embedded database from one suite to the next. Creating them takes a second of processor
 * time, removing their rows a twentieth of it.
 */
import type { Database, Schema } from "../src";

/** Removes every schema with its tables. */
const REMOVE_EVERYTHING = `
  DO $$
  DECLARE found name;
  BEGIN
    FOR found IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', found);
    END LOOP;
    CREATE SCHEMA public;
  END $$`;

/** Catalogs of which a statement that defines something changes one at least; TRUNCATE changes none of them. */
const CATALOGS = [
  ...["pg_attrdef", "pg_attribute", "pg_constraint", "pg_enum", "pg_index", "pg_namespace"],
  ...["pg_policy", "pg_proc", "pg_rewrite", "pg_sequence", "pg_trigger", "pg_type"],
];

/** Removes every schema with its tables. */
export async function removeEverything(database: Database): Promise<void> {
  await database.script(REMOVE_EVERYTHING);
}

/** The tables of one schema, as its migrations made them. */
export class KeptTables {
  private constructor(
    private readonly database: Database,
    private readonly schema: Schema,
    /** State of the catalogs and of the schema's version after the migrations. */
    private readonly state: string,
  ) {}

  /** Returns the tables to keep; undefined for a schema whose migrations write rows, which emptying would lose. */
  static async of(database: Database, schema: Schema): Promise<KeptTables | undefined> {
    const filled = await filledTables(database, schema);
    if (filled.length > 0) return undefined;
    return new KeptTables(database, schema, await stateOf(database, schema));
  }

  /** Removes all rows and restarts the sequences. Returns false for another schema, or when a test changed a definition. */
  async empty(schema: Schema): Promise<boolean> {
    const { database } = this;
    if (schema !== this.schema || (await stateOf(database, schema)) !== this.state) return false;
    const filled = await filledTables(database, schema);
    // As a replica, the server runs no trigger, and some of them refuse to lose rows.
    const truncate =
      filled.length === 0
        ? ""
        : `SET LOCAL session_replication_role = replica; TRUNCATE ${filled.join(", ")} CASCADE;`;
    await database.transaction(async (transaction) => {
      await transaction.script(`${truncate}
        SELECT setval(seqrelid, seqstart, false) FROM pg_sequence`);
    });
    return true;
  }
}

/** Returns a text that any change of a definition changes: each one writes rows by a later transaction, or removes some. */
async function stateOf(database: Database, { schema }: Schema): Promise<string> {
  const parts = [...CATALOGS, `${schema}.schema_version`].map(
    (table) => `(SELECT concat(count(*), '/', max(xmin::text::bigint)) FROM ${table})`,
  );
  const [row] = await database.query<{ state: string }>(
    `SELECT concat_ws(' ', ${parts.join(", ")}) AS state`,
  );
  return row!.state;
}

/** Returns the names of the tables that have rows, except the schema's version. */
async function filledTables(database: Database, { schema }: Schema): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema'
       AND NOT (schemaname = $1 AND tablename = 'schema_version')`,
    [schema],
  );
  if (tables.length === 0) return [];
  const found = tables.map(
    ({ name }) => `SELECT '${name}' AS name WHERE EXISTS (SELECT FROM ${name})`,
  );
  return (await database.query<{ name: string }>(found.join(" UNION ALL "))).map(
    ({ name }) => name,
  );
}
