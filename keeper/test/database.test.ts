import { expect } from "chai";
import { isConnectionLoss, SchemaVersionError } from "../src/database/errors";
import { migrate } from "../src/database/migrate";
import { type Migration, MIGRATIONS } from "../src/database/migrations";
import { rejection } from "./rejection";
import { emptyDatabase, SERVER_URL, type TestDatabase } from "./test-database";

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
    await test.database.script(
      "CREATE SCHEMA milepost_keeper; CREATE TABLE milepost_keeper.t (a int)",
    );
    const failure = new Error("no");
    const refused = await rejection(
      test.database.transaction(async (transaction) => {
        await transaction.query("INSERT INTO milepost_keeper.t VALUES (1)");
        throw failure;
      }),
    );
    expect(refused).to.equal(failure);
    await test.database.transaction((transaction) =>
      transaction.query("INSERT INTO milepost_keeper.t VALUES (2)"),
    );
    expect(await test.database.query("SELECT a FROM milepost_keeper.t")).to.deep.equal([{ a: 2 }]);
  });

  it("given a transaction in a transaction, when the inner one fails, then the outer one goes on without it", async () => {
    await test.database.script(
      "CREATE SCHEMA milepost_keeper; CREATE TABLE milepost_keeper.t (a int)",
    );
    await test.database.transaction(async (outer) => {
      await outer.query("INSERT INTO milepost_keeper.t VALUES (1)");
      const inner = outer.transaction(async (nested) => {
        await nested.query("INSERT INTO milepost_keeper.t VALUES (2)");
        await nested.query("SELECT 1 / 0");
      });
      expect((await rejection(inner)).code).to.equal("22012");
      await outer.transaction((nested) => nested.query("INSERT INTO milepost_keeper.t VALUES (3)"));
    });
    const rows = await test.database.query("SELECT a FROM milepost_keeper.t ORDER BY a");
    expect(rows).to.deep.equal([{ a: 1 }, { a: 3 }]);
  });

  it("given concurrent transactions, when each reads and writes one row, then none sees another's half", async () => {
    await test.database.script(
      "CREATE SCHEMA milepost_keeper; CREATE TABLE milepost_keeper.t (a int); INSERT INTO milepost_keeper.t VALUES (0)",
    );
    const add = () =>
      test.database.transaction(async (transaction) => {
        const [row] = await transaction.query<{ a: number }>(
          "SELECT a FROM milepost_keeper.t FOR UPDATE",
        );
        await transaction.query("UPDATE milepost_keeper.t SET a = $1", [row!.a + 1]);
      });
    await Promise.all(Array.from({ length: 12 }, add));
    expect(await test.database.query("SELECT a FROM milepost_keeper.t")).to.deep.equal([{ a: 12 }]);
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
    const versions = () =>
      test.database.query("SELECT major, minor FROM milepost_keeper.schema_version ORDER BY 1, 2");
    const newest = MIGRATIONS[MIGRATIONS.length - 1]!;
    const next = { major: newest.major, minor: newest.minor + 1 };
    const addition: Migration = {
      ...next,
      sql: "ALTER TABLE milepost_keeper.policies ADD COLUMN note text",
    };
    const rebuild: Migration = {
      major: 2,
      minor: 0,
      sql: "ALTER TABLE milepost_keeper.policies DROP COLUMN planned",
    };

    it("given an empty database, when several keepers start at once, then each step is taken once", async () => {
      const workers = await Promise.all([1, 2, 3, 4].map(() => test.another()));
      await Promise.all(workers.map((database) => migrate(database)));
      expect(await versions()).to.deep.equal(
        MIGRATIONS.map(({ major, minor }) => ({ major, minor })),
      );
    });

    it("given a schema of a newer minor version, when older code starts, then it goes on with it", async () => {
      await migrate(test.database, [...MIGRATIONS, addition]);
      await migrate(test.database);
      expect(await versions()).to.deep.include(next);
      const [row] = await test.database.query("SELECT count(note) FROM milepost_keeper.policies");
      expect(row).to.deep.equal({ count: "0" });
    });

    it("given an older minor version with rows, when newer code starts, then it adds to it", async () => {
      await migrate(test.database);
      await migrate(test.database, [...MIGRATIONS, addition]);
      expect(await versions()).to.deep.include(next);
    });

    it("given a schema of a newer major version, when older code starts, then it refuses and says what to do", async () => {
      await migrate(test.database, [...MIGRATIONS, rebuild]);
      const refused = await rejection(migrate(test.database));
      expect(refused).to.be.instanceOf(SchemaVersionError);
      expect(refused.message).to.equal(
        `the keeper's database has schema 2.0, this keeper knows ${newest.major}.${newest.minor}: ` +
          "run a keeper of version 2, or give this one a database of its own",
      );
    });

    it("given a step that fails, when it is over, then nothing of the whole migration stays", async () => {
      const broken = { ...next, sql: "SELECT 1 / 0" };
      const refused = await rejection(migrate(test.database, [...MIGRATIONS, broken]));
      expect(refused.code).to.equal("22012");
      const [row] = await test.database.query(
        "SELECT to_regnamespace('milepost_keeper') AS schema",
      );
      expect(row).to.deep.equal({ schema: null });
    });
  });
});

describe("connection loss", () => {
  it("given an error, when it is looked at, then only what another connection may cure is a loss", () => {
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
