/** What only a server does: crash, break off, end one of two that wait for one another. */
import { expect } from "chai";
import { isConnectionLoss } from "../../src/database/errors";
import { openDatabase } from "../../src/database/open";
import { TcpProxy } from "../faults/tcp-proxy";
import { startPostgres } from "../postgres";
import { rejection } from "../rejection";
import { emptyDatabase, SERVER_URL } from "../test-database";

describe("a database server's faults", () => {
  it("given a server that crashes, when statements and transactions meet it, then they fail as losses and later ones work", async () => {
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

  it("given a connection that breaks in the middle of a script, when it is noticed, then the script fails as a loss and the process goes on", async () => {
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

  it("given two transactions that wait for one another, when the server ends one of them, then it is done again and both get through", async () => {
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

  it("given a transaction that never gets through, when it was tried five times, then its error is told", async () => {
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

  it("given a slow statement, when its time is over, then the server gives it up and that is no loss", async () => {
    const database = await openDatabase({ url: SERVER_URL!, statementTimeoutMs: 50 });
    const refused = await rejection(database.query("SELECT pg_sleep(60)"));
    expect(refused.code).to.equal("57014");
    expect(isConnectionLoss(refused)).to.equal(false);
    await database.close();
  });
});
