import { expect } from "chai";
import {
  checkSchema,
  isConnectionLoss,
  migrate,
  type Migration,
  type Schema,
  SchemaVersionError,
} from "../src";
import { emptyDatabase, rejection, SERVER_URL, type TestDatabase } from "../testing";

describe(`database (${SERVER_URL ? "server" : "embedded"})`, () => {
  let test: TestDatabase;

  beforeEach(async () => {
    test = await emptyDatabase();
  });

  afterEach(() => test.drop());

  it("given numbers over 2^53, when they come back, then they are strings to the last digit", async () => {
    const [row] = await test.database.query("SELECT $1::bigint AS i, $2::numeric AS n, count(*)", [
      "9007199254740993",
      "18446744073709551615",
    ]);
    expect(row).to.deep.equal({ i: "9007199254740993", n: "18446744073709551615", count: "1" });
  });

  it("given a failing transaction, when its work rejects, then nothing of it stays and the next one works", async () => {
    await test.database.script("CREATE TABLE t (a int)");
    const failure = new Error("no");
    const refused = await rejection(
      test.database.transaction(async (transaction) => {
        await transaction.query("INSERT INTO t VALUES (1)");
        throw failure;
      }),
    );
    expect(refused).to.equal(failure);
    await test.database.transaction((transaction) => transaction.query("INSERT INTO t VALUES (2)"));
    expect(await test.database.query("SELECT a FROM t")).to.deep.equal([{ a: 2 }]);
  });

  it("given a transaction in a transaction, when the inner one fails, then the outer one goes on without it", async () => {
    await test.database.script("CREATE TABLE t (a int)");
    await test.database.transaction(async (outer) => {
      await outer.query("INSERT INTO t VALUES (1)");
      const inner = outer.transaction(async (nested) => {
        await nested.query("INSERT INTO t VALUES (2)");
        await nested.query("SELECT 1 / 0");
      });
      expect((await rejection(inner)).code).to.equal("22012");
      await outer.transaction((nested) => nested.query("INSERT INTO t VALUES (3)"));
    });
    const rows = await test.database.query("SELECT a FROM t ORDER BY a");
    expect(rows).to.deep.equal([{ a: 1 }, { a: 3 }]);
  });

  it("given concurrent transactions, when each reads and writes one row, then none sees another's half", async () => {
    await test.database.script("CREATE TABLE t (a int); INSERT INTO t VALUES (0)");
    const add = () =>
      test.database.transaction(async (transaction) => {
        const [row] = await transaction.query<{ a: number }>("SELECT a FROM t FOR UPDATE");
        await transaction.query("UPDATE t SET a = $1", [row!.a + 1]);
      });
    await Promise.all(Array.from({ length: 12 }, add));
    expect(await test.database.query("SELECT a FROM t")).to.deep.equal([{ a: 12 }]);
  });

  it("given a script that fails within its transaction, when it is over, then the session is usable", async () => {
    const refused = await rejection(test.database.script("BEGIN; SELECT 1 / 0; COMMIT"));
    expect(refused.code).to.equal("22012");
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => test.database.query("SELECT 1 AS one")),
    );
    expect(answers.flat()).to.deep.equal(Array.from({ length: 8 }, () => ({ one: 1 })));
  });

  describe("migrations", () => {
    const first = { major: 1, minor: 0, sql: "CREATE TABLE milepost_gateway.orders (a int)" };
    const second = { major: 1, minor: 1, sql: "CREATE TABLE milepost_gateway.calls (a int)" };
    const addition = {
      major: 1,
      minor: 2,
      sql: "ALTER TABLE milepost_gateway.orders ADD COLUMN note text",
    };
    const rebuild = {
      major: 2,
      minor: 0,
      sql: "ALTER TABLE milepost_gateway.orders DROP COLUMN a",
    };
    const gateway = (...more: Migration[]): Schema => ({
      schema: "milepost_gateway",
      program: "gateway",
      migrations: [first, second, ...more],
    });
    const versions = async (schema = "milepost_gateway") => {
      const rows = await test.database.query<{ major: number; minor: number }>(
        `SELECT major, minor FROM ${schema}.schema_version ORDER BY 1, 2`,
      );
      return rows.map(({ major, minor }) => `${major}.${minor}`);
    };

    it("given an empty database, when several programs start at once, then each step is taken once", async () => {
      const workers = await Promise.all([1, 2, 3, 4].map(() => test.another()));
      await Promise.all(workers.map((database) => migrate(database, gateway())));
      expect(await versions()).to.deep.equal(["1.0", "1.1"]);
    });

    it("given two programs on one database, when both migrate at once, then each has its own schema", async () => {
      const keeper: Schema = {
        schema: "milepost_keeper",
        program: "keeper",
        migrations: [{ major: 3, minor: 0, sql: "CREATE TABLE milepost_keeper.orders (b text)" }],
      };
      const other = await test.another();
      await Promise.all([migrate(test.database, gateway()), migrate(other, keeper)]);
      expect(await versions()).to.deep.equal(["1.0", "1.1"]);
      expect(await versions("milepost_keeper")).to.deep.equal(["3.0"]);
      await checkSchema(test.database, gateway());
    });

    it("given a schema of a newer minor version, when older code starts, then it goes on with it", async () => {
      await migrate(test.database, gateway(addition));
      await migrate(test.database, gateway());
      expect(await versions()).to.deep.equal(["1.0", "1.1", "1.2"]);
      const [row] = await test.database.query("SELECT count(note) FROM milepost_gateway.orders");
      expect(row).to.deep.equal({ count: "0" });
    });

    it("given an older minor version with rows, when newer code starts, then it adds to it", async () => {
      await migrate(test.database, gateway());
      await test.database.query("INSERT INTO milepost_gateway.orders VALUES (7)");
      await migrate(test.database, gateway(addition));
      expect(await versions()).to.deep.equal(["1.0", "1.1", "1.2"]);
      const rows = await test.database.query("SELECT a, note FROM milepost_gateway.orders");
      expect(rows).to.deep.equal([{ a: 7, note: null }]);
    });

    it("given a schema of a newer major version, when older code starts, then it refuses and says what to do", async () => {
      await migrate(test.database, gateway(rebuild));
      for (const refused of [
        await rejection(migrate(test.database, gateway())),
        await rejection(checkSchema(test.database, gateway())),
      ]) {
        expect(refused).to.be.instanceOf(SchemaVersionError);
        expect(refused.message).to.equal(
          "the gateway's database has schema 2.0, this gateway knows 1.1: " +
            "run a gateway of version 2, or give this one its own database",
        );
      }
    });

    it("given a step that fails, when it is over, then nothing of the whole migration stays", async () => {
      const broken = { major: 1, minor: 2, sql: "SELECT 1 / 0" };
      const refused = await rejection(migrate(test.database, gateway(broken)));
      expect(refused.code).to.equal("22012");
      const [row] = await test.database.query(
        "SELECT to_regnamespace('milepost_gateway') AS schema",
      );
      expect(row).to.deep.equal({ schema: null });
    });
  });
});

describe("connection loss", () => {
  it("given an error, when it is classified, then only one that another connection may repair is a loss", () => {
    const coded = (code: string) => Object.assign(new Error("?"), { code });
    for (const code of [
      "08006",
      "57P01",
      "57P02",
      "57P03",
      "53300",
      "ECONNREFUSED",
      "ECONNRESET",
    ]) {
      expect(isConnectionLoss(coded(code)), code).to.equal(true);
    }
    for (const code of ["23505", "57014", "40P01", "53100", "ENOENT"]) {
      expect(isConnectionLoss(coded(code)), code).to.equal(false);
    }
    expect(isConnectionLoss(new Error("Connection terminated unexpectedly"))).to.equal(true);
    expect(isConnectionLoss(new Error("Query read timeout"))).to.equal(true);
    expect(isConnectionLoss(new Error("syntax error"))).to.equal(false);
  });
});
