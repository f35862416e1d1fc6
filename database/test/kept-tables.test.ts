/** The embedded database of tests, which keeps its tables from one suite to the next. */
import type { Schema } from "../src";
import { migratedDatabase, SERVER_URL } from "../testing";
import { expect } from "chai";

const SCHEMA: Schema = {
  schema: "milepost_gateway",
  program: "gateway",
  migrations: [
    {
      major: 1,
      minor: 0,
      sql: `
        CREATE TABLE milepost_gateway.parents (id serial PRIMARY KEY, name text UNIQUE);
        CREATE TABLE milepost_gateway.children (parent integer REFERENCES milepost_gateway.parents);
        CREATE FUNCTION milepost_gateway.refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'append-only'; END $$;
        CREATE TRIGGER append_only BEFORE TRUNCATE ON milepost_gateway.parents
          EXECUTE FUNCTION milepost_gateway.refuse()`,
    },
  ],
};

describe(`a database with a program's tables (${SERVER_URL ? "server" : "embedded"})`, () => {
  const statements = {
    "rows in tables that refer to each other and refuse to lose them": `
      INSERT INTO milepost_gateway.parents (name) VALUES ('a'), ('b');
      INSERT INTO milepost_gateway.children VALUES (1), (2)`,
    "a sequence that an aborted statement moved on":
      "SELECT nextval('milepost_gateway.parents_id_seq')",
    "a new column": "ALTER TABLE milepost_gateway.parents ADD COLUMN note text NOT NULL",
    "a dropped column": "ALTER TABLE milepost_gateway.children DROP COLUMN parent CASCADE",
    "a dropped table": "DROP TABLE milepost_gateway.children",
    "a column without its NOT NULL": `
      ALTER TABLE milepost_gateway.parents ALTER name SET NOT NULL;
      ALTER TABLE milepost_gateway.parents ALTER name DROP NOT NULL;
      ALTER TABLE milepost_gateway.parents DROP CONSTRAINT parents_name_key`,
    "a disabled trigger": "ALTER TABLE milepost_gateway.parents DISABLE TRIGGER append_only",
    "a function that does something else": `
      CREATE OR REPLACE FUNCTION milepost_gateway.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RETURN NULL; END $$`,
    "another schema": "CREATE SCHEMA other CREATE TABLE t (a integer)",
    "a version of its own": "INSERT INTO milepost_gateway.schema_version VALUES (1, 1)",
  };

  for (const [what, statement] of Object.entries(statements)) {
    it(`given ${what}, then the next suite finds the tables as the migrations made them`, async () => {
      const first = await migratedDatabase(SCHEMA);
      await first.database.script(statement);
      await first.drop();
      const { database, drop } = await migratedDatabase(SCHEMA);
      try {
        const read = (table: string) => database.query(`SELECT * FROM milepost_gateway.${table}`);
        expect([await read("parents"), await read("children")]).to.deep.equal([[], []]);
        expect(await read("schema_version")).to.have.length(1);
        const inserted = await database.query(
          "INSERT INTO milepost_gateway.parents (name) VALUES ('x') RETURNING *",
        );
        expect(inserted).to.deep.equal([{ id: 1, name: "x" }]);
        await database.query("INSERT INTO milepost_gateway.children VALUES (1)");
        for (const refused of [
          "INSERT INTO milepost_gateway.parents (name) VALUES ('x')",
          "TRUNCATE milepost_gateway.parents CASCADE",
          "SELECT * FROM other.t",
        ]) {
          expect(await database.query(refused).catch((error: Error) => error)).to.be.an("error");
        }
      } finally {
        await drop();
      }
    });
  }

  it("given migrations that write rows, then the next suite finds them", async () => {
    const [step] = SCHEMA.migrations;
    const sql = `${step!.sql}; INSERT INTO milepost_gateway.parents (name) VALUES ('kept')`;
    const schema = { ...SCHEMA, migrations: [{ ...step!, sql }] };
    for (let suite = 0; suite < 2; suite += 1) {
      const { database, drop } = await migratedDatabase(schema);
      const rows = await database.query("SELECT * FROM milepost_gateway.parents");
      expect(rows).to.deep.equal([{ id: 1, name: "kept" }]);
      await database.query("UPDATE milepost_gateway.parents SET name = 'changed'");
      await drop();
    }
  });
});
