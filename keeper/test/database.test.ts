import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { DatabaseInUseError, isConnectionLoss, SchemaVersionError } from "../src/database/errors";
import { migrate } from "../src/database/migrate";
import { type Migration, MIGRATIONS } from "../src/database/migrations";
import { openDatabase } from "../src/database/open";
import { putDatabaseFiles } from "./database-files";
import { TcpProxy } from "./faults/tcp-proxy";
import { startPostgres } from "./postgres";
import { emptyDatabase, SERVER_URL, type TestDatabase } from "./test-database";

async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error("it was expected to be refused");
  return result.reason as Error;
}

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
    const addition: Migration = {
      major: 1,
      minor: 1,
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
      expect(await versions()).to.deep.include({ major: 1, minor: 1 });
      const [row] = await test.database.query("SELECT count(note) FROM milepost_keeper.policies");
      expect(row).to.deep.equal({ count: "0" });
    });

    it("given an older minor version with rows, when newer code starts, then it adds to it", async () => {
      await migrate(test.database);
      await migrate(test.database, [...MIGRATIONS, addition]);
      expect(await versions()).to.deep.include({ major: 1, minor: 1 });
    });

    it("given a schema of a newer major version, when older code starts, then it refuses and says what to do", async () => {
      await migrate(test.database, [...MIGRATIONS, rebuild]);
      const refused = await rejection(migrate(test.database));
      expect(refused).to.be.instanceOf(SchemaVersionError);
      expect(refused.message).to.equal(
        "the keeper's database has schema 2.0, this keeper knows 1.0: run a keeper of version 2, or give this one a " +
          "database of its own",
      );
    });

    it("given a step that fails, when it is over, then nothing of the whole migration stays", async () => {
      const broken = { major: 1, minor: 1, sql: "SELECT 1 / 0" };
      const refused = await rejection(migrate(test.database, [...MIGRATIONS, broken]));
      expect(refused.code).to.equal("22012");
      const [row] = await test.database.query(
        "SELECT to_regnamespace('milepost_keeper') AS schema",
      );
      expect(row).to.deep.equal({ schema: null });
    });
  });
});

describe("embedded database in a directory", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "keeper-directory-"));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("given a closed database, when it is opened again, then what was committed is there", async () => {
    await putDatabaseFiles(directory);
    const first = await openDatabase({ directory });
    await first.script("CREATE TABLE t (a int); INSERT INTO t VALUES (7)");
    await first.close();
    const second = await openDatabase({ directory });
    expect(await second.query("SELECT a FROM t")).to.deep.equal([{ a: 7 }]);
    await second.close();
  });

  it("given an open directory, when it is opened once more, then that is refused until it is closed", async () => {
    await putDatabaseFiles(directory);
    const first = await openDatabase({ directory });
    expect(await rejection(openDatabase({ directory }))).to.be.instanceOf(DatabaseInUseError);
    await first.close();
    await (await openDatabase({ directory })).close();
  });

  it("given the files of a set-up that was killed, when it is opened, then it is set up anew and nothing is left of them", async () => {
    mkdirSync(join(directory, "unfinished-1"));
    writeFileSync(join(directory, "unfinished-1", "PG_VERSION"), "17\n");
    const database = await openDatabase({ directory });
    expect(await database.query("SELECT 1 AS a")).to.deep.equal([{ a: 1 }]);
    await database.close();
    expect(readdirSync(directory)).to.deep.equal(["postgres"]);
  });

  it("given a process killed with the database open, when another opens it, then it has what was committed", async () => {
    await putDatabaseFiles(directory);
    const program = `
      const { openDatabase } = require("./src/database/open");
      openDatabase({ directory: process.env.DIRECTORY }).then(async (database) => {
        await database.script("CREATE TABLE t (a int); INSERT INTO t VALUES (9)");
        console.log("committed");
      });
      setInterval(() => undefined, 1000);
    `;
    const child = spawn(
      process.execPath,
      ["--require", "ts-node/register/transpile-only", "-e", program],
      {
        cwd: join(__dirname, ".."),
        env: { ...process.env, DIRECTORY: directory },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const exit = once(child, "exit");
    await Promise.race([
      once(child.stdout!, "data"),
      exit.then(() => Promise.reject(new Error("the other process ended early"))),
    ]);
    expect(await rejection(openDatabase({ directory }))).to.be.instanceOf(DatabaseInUseError);
    child.kill("SIGKILL");
    await exit;
    const database = await openDatabase({ directory });
    expect(await database.query("SELECT a FROM t")).to.deep.equal([{ a: 9 }]);
    await database.close();
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

  it("given a server that crashes, when statements and transactions meet it, then they fail as losses and later ones work", async function () {
    if (!SERVER_URL) this.skip();
    const server = await startPostgres();
    const lost: Error[] = [];
    const database = await openDatabase({ url: server.url, onError: (error) => lost.push(error) });
    try {
      await database.script("CREATE TABLE t (a int)");
      const broken = database.transaction(async (transaction) => {
        await transaction.query("INSERT INTO t VALUES (1)");
        await server.halt();
        await transaction.query("INSERT INTO t VALUES (2)");
      });
      expect(isConnectionLoss(await rejection(broken))).to.equal(true);
      expect(isConnectionLoss(await rejection(database.query("SELECT 1")))).to.equal(true);
      await server.start();
      expect(await database.query("SELECT a FROM t")).to.deep.equal([]);
      expect(lost.every(isConnectionLoss)).to.equal(true);
    } finally {
      await database.close();
      await server.stop();
    }
  });

  it("given a connection that breaks in the middle of a script, when it is noticed, then the script fails as a loss and the process goes on", async function () {
    if (!SERVER_URL) this.skip();
    const network = await TcpProxy.open(SERVER_URL!);
    const database = await openDatabase({ url: network.url, connections: 1 });
    try {
      await database.query("SELECT 1");
      const refused = rejection(database.script("SELECT pg_sleep(60)"));
      setImmediate(() => network.hangUp());
      expect(isConnectionLoss(await refused)).to.equal(true);
      expect(await database.script("SELECT 2 AS a")).to.deep.equal([{ a: 2 }]);
    } finally {
      await database.close();
      await network.close();
    }
  });

  it("given two transactions that wait for one another, when the server ends one of them, then it is done again and both get through", async function () {
    if (!SERVER_URL) this.skip();
    const { database, drop } = await emptyDatabase();
    try {
      await database.script("CREATE TABLE t (a int, n int); INSERT INTO t VALUES (1, 0), (2, 0)");
      const bump = "UPDATE t SET n = n + 1 WHERE a = $1";
      let began = 0;
      let release!: () => void;
      const bothBegan = new Promise<void>((resolve) => (release = resolve));
      const inOrder = (first: number, second: number) =>
        database.transaction(async (transaction) => {
          await transaction.script("SET LOCAL deadlock_timeout = '20ms'");
          await transaction.query(bump, [first]);
          if (++began === 2) release();
          await bothBegan;
          await transaction.query(bump, [second]);
        });
      await Promise.all([inOrder(1, 2), inOrder(2, 1)]);
      expect(began).to.equal(3);
      expect(await database.query("SELECT a, n FROM t ORDER BY a")).to.deep.equal([
        { a: 1, n: 2 },
        { a: 2, n: 2 },
      ]);
    } finally {
      await drop();
    }
  });

  it("given a transaction that never gets through, when it was tried five times, then its error is told", async function () {
    if (!SERVER_URL) this.skip();
    const { database, drop } = await emptyDatabase();
    try {
      let tries = 0;
      const refused = await rejection(
        database.transaction(async (transaction) => {
          tries += 1;
          await transaction.query(
            "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$",
          );
        }),
      );
      expect(refused.code).to.equal("40001");
      expect(tries).to.equal(5);
    } finally {
      await drop();
    }
  });

  it("given a slow statement, when its time is over, then the server gives it up and that is no loss", async function () {
    if (!SERVER_URL) this.skip();
    const database = await openDatabase({ url: SERVER_URL!, statementTimeoutMs: 50 });
    const refused = await rejection(database.query("SELECT pg_sleep(60)"));
    expect(refused.code).to.equal("57014");
    expect(isConnectionLoss(refused)).to.equal(false);
    await database.close();
  });
});
