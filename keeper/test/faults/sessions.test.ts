/** Faults of a Postgres that ends the keeper's sessions again and again. */
import { expect } from "chai";
import { type Database, isConnectionLoss } from "@milepost/database";
import { createDatabase, dropDatabase, openServer, type Server } from "@milepost/database/testing";
import { migrate, openDatabase } from "../../src/store/database";
import { openQueue } from "../../src/queue/leases";
import { FaultWorld } from "./fault-world";
import { SessionKiller } from "./sessions";

describe("faults: sessions that Postgres ends", () => {
  let server: Server;
  before(async () => {
    server = await openServer();
  });
  after(() => server?.stop());

  describe("under the database layer", () => {
    let url: string;
    let killer: SessionKiller;
    let database: Database;
    /** Database whose sessions stay open. */
    let quiet: Database;
    beforeEach(async () => {
      url = await createDatabase(server);
      killer = await SessionKiller.open(url);
      database = await openDatabase({ url: killer.url });
      quiet = await openDatabase({ url, connections: 1 });
    });
    afterEach(async () => {
      await Promise.all([database.close(), quiet.close()]);
      await killer.close();
      await dropDatabase(server, url);
    });

    /** Ends sessions again and again until `work` is over, with 0 to 29 round trips between two times. */
    async function whileEnding<T>(work: Promise<T>): Promise<T> {
      let isOver = false;
      const over = work.finally(() => (isOver = true));
      over.catch(() => undefined);
      for (let round = 0; !isOver; round += 1) {
        await killer.endAll();
        for (let left = (round * 7) % 30; left > 0; left -= 1) await quiet.query("SELECT 1");
      }
      return over;
    }

    it("given sessions that end at any moment, when statements, scripts and transactions run, then each works or fails as a lost connection, and nothing is done twice", async () => {
      await quiet.script(
        "CREATE TABLE t (a text PRIMARY KEY, n int); INSERT INTO t VALUES ('q', 0), ('s', 0), ('t', 0)",
      );
      const counts = { q: [0, 0], s: [0, 0], t: [0, 0] };
      const bump = (row: string) => `UPDATE t SET n = n + 1 WHERE a = '${row}'`;
      const ways = {
        q: () => database.query(bump("q")),
        s: () => database.script(bump("s")),
        t: () =>
          database.transaction(async (transaction) => {
            await transaction.query(bump("t"));
            await transaction.query("SELECT 1");
          }),
      };
      const run = async (row: keyof typeof ways) => {
        while (killer.ended < 150) {
          try {
            await ways[row]();
            counts[row][0]! += 1;
          } catch (error) {
            expect(isConnectionLoss(error), String(error)).to.equal(true);
            counts[row][1]! += 1;
          }
        }
      };
      await whileEnding(Promise.all([run("q"), run("s"), run("t"), run("t")]));
      for (const [row, [worked, lost]] of Object.entries(counts)) {
        const [found] = await quiet.query<{ n: number }>("SELECT n FROM t WHERE a = $1", [row]);
        expect(worked, row).to.be.greaterThan(0);
        expect(found!.n, row).to.be.within(worked!, worked! + lost!);
      }
    });

    it("given a session that ends within a transaction, when it had not been committed, then it runs again and counts once", async () => {
      await quiet.script("CREATE TABLE t (a int)");
      let tries = 0;
      await database.transaction(async (transaction) => {
        await transaction.query("INSERT INTO t VALUES (1)");
        tries += 1;
        if (tries < 4) await killer.endAll();
        await transaction.query("INSERT INTO t VALUES (2)");
      });
      expect(tries).to.equal(4);
      expect(await quiet.query("SELECT a FROM t ORDER BY a")).to.deep.equal([{ a: 1 }, { a: 2 }]);
    });

    it("given a session that ends in every attempt at a transaction, when five attempts have failed, then it rejects with the loss and nothing stays", async () => {
      await quiet.script("CREATE TABLE t (a int)");
      let tries = 0;
      const [refused] = await Promise.allSettled([
        database.transaction(async (transaction) => {
          tries += 1;
          await transaction.query("INSERT INTO t VALUES (1)");
          await killer.endAll();
          await transaction.query("INSERT INTO t VALUES (2)");
        }),
      ]);
      expect(refused.status === "rejected" && isConnectionLoss(refused.reason)).to.equal(true);
      expect(tries).to.equal(5);
      expect(await quiet.query("SELECT a FROM t")).to.deep.equal([]);
    });

    it("given a session that ends during the migration and while the queue's tables are made, then both exist in the end", async () => {
      let left = 3;
      const interrupted = (inner: Database): Database => ({
        query: async (text, values) => {
          const rows = await inner.query(text, values);
          if (left-- > 0) await killer.endAll();
          return rows as never;
        },
        script: (text) => inner.script(text),
        transaction: (work) => inner.transaction((transaction) => work(interrupted(transaction))),
        close: () => inner.close(),
      });
      await migrate(interrupted(database));
      left = 3;
      const queue = await openQueue(interrupted(database));
      expect(await queue.depth()).to.deep.equal({ queued: 0, active: 0 });
      await queue.stop();
      const [row] = await quiet.query("SELECT count(*) FROM milepost_keeper.policies");
      expect(row).to.deep.equal({ count: "0" });
    });
  });

  it("given a Postgres that ends every session of two keepers again and again, when payments come due, then both keepers live and each milestone is paid once", async () => {
    const world = await FaultWorld.open(server);
    const killer = await SessionKiller.open(world.databaseUrl);
    try {
      const keepers = [1, 2].map(() => world.keeper({ databaseUrl: killer.url }));
      await Promise.all(keepers.map((keeper) => keeper.line("started")));
      const policies = await world.due(2, 1, 2, 1, 1);
      // It ends them with every slot, about every 400 ms.
      await world.until(
        async () => {
          await killer.endAll();
          return killer.ended > 20 && (await world.areOver(policies));
        },
        ...keepers,
      );
      await world.elapse(400);
      await world.untilOver(policies, ...keepers);
      for (const keeper of keepers) await world.end(keeper);
      await world.expectPaidOnce(policies);
    } finally {
      await killer.close();
      await world.close();
    }
  });
});
