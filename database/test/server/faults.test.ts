/** What only a server does: crash, break off, end one of two that wait for one another. */
import { expect } from "chai";
import { type DatabaseOptions, isConnectionLoss, openDatabase } from "../../src";
import { emptyDatabase, rejection, SERVER_URL, startPostgres, TcpProxy } from "../../testing";
import { TEST_PROGRAM } from "../../testing/test-program";

const open = (options: DatabaseOptions) => openDatabase(options, TEST_PROGRAM);

/** Event that one transaction gives and the other waits for. */
class Signal {
  give!: () => void;
  readonly given = new Promise<void>((resolve) => (this.give = resolve));
}

describe("a database server's faults", () => {
  it("given a server that crashes, when statements and transactions meet it, then they fail as losses and later ones work", async () => {
    const server = await startPostgres();
    const lost: Error[] = [];
    const database = await open({ url: server.url, onError: (error) => lost.push(error) });
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
    const database = await open({ url: network.url, connections: 1 });
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
      const isSomebodyWaiting = async () => {
        const waiting = `SELECT 1 FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return (await database.query(waiting)).length > 0;
      };
      const [patientHasLock, otherHasLock] = [new Signal(), new Signal()];
      const tries = { patient: 0, other: 0 };
      const patient = database.transaction(async (transaction) => {
        tries.patient += 1;
        // It never looks for a circle.
        await transaction.script("SET LOCAL deadlock_timeout = '10min'");
        await transaction.query(bump, [2]);
        patientHasLock.give();
        await otherHasLock.given;
        await transaction.query(bump, [1]);
      });
      const other = database.transaction(async (transaction) => {
        tries.other += 1;
        if (tries.other > 1) await patient;
        await transaction.script("SET LOCAL deadlock_timeout = '1ms'");
        await transaction.query(bump, [1]);
        otherHasLock.give();
        await patientHasLock.given;
        // The circle must be closed when it looks: it looks once.
        while (tries.other === 1 && !(await isSomebodyWaiting()));
        await transaction.query(bump, [2]);
      });
      await Promise.all([patient, other]);
      expect(tries).to.deep.equal({ patient: 1, other: 2 });
      expect(await database.query("SELECT a, n FROM t ORDER BY a")).to.deep.equal([
        { a: 1, n: 2 },
        { a: 2, n: 2 },
      ]);
    } finally {
      await drop();
    }
  });

  it("given a transaction that always fails, when it was tried five times, then its error is returned", async () => {
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

  it("given a slow statement, when its time is over, then the server cancels it and the connection is not lost", async () => {
    const database = await open({ url: SERVER_URL!, statementTimeoutMs: 50 });
    const refused = await rejection(database.query("SELECT pg_sleep(60)"));
    expect(refused.code).to.equal("57014");
    expect(isConnectionLoss(refused)).to.equal(false);
    await database.close();
  });
});
