import { expect } from "chai";
import type { Database } from "@milepost/database";
import { createDatabase, dropDatabase, openServer, type Server } from "@milepost/database/testing";
import { migrate, openDatabase } from "../../src/store/database";
import { type ExecuteQueue, type Lease, openQueue } from "../../src/queue/leases";
import { recordOutcomes } from "../../src/store/outcomes";
import { due } from "../../src/store/due";
import { backOff, removeVanished, upsertPlans } from "../../src/store/policies";
import { addressOf, NOW, outcome, plan } from "../harness/plans";

/** Runs several workers' statements at once; an embedded database has one session and no locks to wait for. */
describe("queue and store: locks on a server", () => {
  let server: Server;
  let url: string;
  let opened: Database[];
  let database: Database;

  before(async () => {
    server = await openServer();
  });
  after(() => server?.stop());
  beforeEach(async () => {
    url = await createDatabase(server);
    opened = [];
    database = await connect();
    await migrate(database);
  });
  afterEach(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await dropDatabase(server, url);
  });

  async function connect(): Promise<Database> {
    const connected = await openDatabase({ url });
    opened.push(connected);
    return connected;
  }

  /** Returns true when a session in this database waits for another's lock. */
  async function isSomebodyWaiting(): Promise<boolean> {
    const rows = await database.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  }

  /** Returns the number of circles that the server broke, each by failing a statement. */
  async function deadlocks(): Promise<string> {
    // A session's count is sure to be in the statistics once it has ended.
    await Promise.all(opened.splice(0).map((each) => each.close()));
    const admin = await openDatabase({ url: server.url, connections: 1 });
    try {
      const name = new URL(url).pathname.slice(1);
      for (;;) {
        const [left] = await admin.query("SELECT 1 FROM pg_stat_activity WHERE datname = $1", [
          name,
        ]);
        if (!left) break;
      }
      const [row] = await admin.query<{ deadlocks: string }>(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = $1",
        [name],
      );
      return row!.deadlocks;
    } finally {
      await admin.close();
    }
  }

  it("given a worker in the middle of completing, when another makes jobs of the same policies, then neither waits for the other in a circle", async () => {
    const names = ["a", "b", "c"];
    await upsertPlans(
      database,
      names.map((name) => plan(name)),
    );
    let afterFirst: () => Promise<void> = async () => undefined;
    const halting: Database = {
      ...delegate(await connect()),
      transaction: (work) =>
        opened.at(-1)!.transaction((transaction) =>
          work({
            ...delegate(transaction),
            query: async (text, values) => {
              const rows = await transaction.query(text, values);
              const happen = afterFirst;
              afterFirst = async () => undefined;
              await happen();
              return rows as never;
            },
          }),
        ),
    };
    const completing = await openQueue(halting);
    const making = await openQueue(await connect());
    await making.enqueueDue(NOW, 10);
    const leases = await completing.fetch(10);
    // The next milestone is due while the job of the last one is still there.
    await upsertPlans(
      database,
      names.map((name) => plan(name, { milestoneIndex: 1, seenSlot: 101 })),
    );
    let made: Promise<number> | undefined;
    afterFirst = async () => {
      let isOver = false;
      made = making.enqueueDue(NOW, 10).finally(() => (isOver = true));
      while (!isOver && !(await isSomebodyWaiting()));
    };
    await completing.complete(leases);
    await made;
    expect(await deadlocks()).to.equal("0");
    // In either order: the policies have jobs now, or get them with the next tick.
    database = await connect();
    const next = await openQueue(database);
    await next.enqueueDue(NOW, 10);
    expect((await next.fetch(10)).map(({ policy }) => policy).sort()).to.deep.equal(
      names.map(addressOf).sort(),
    );
  });

  it("given many workers, when they make, complete, postpone, pay and forget the same policies at once, then no worker fails and no policy gets lost", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `policy ${index}`);
    const all = names.map(addressOf);
    await upsertPlans(
      database,
      names.map((name) => plan(name)),
    );
    const databases = await Promise.all([1, 2, 3, 4].map(() => connect()));
    const queues = await Promise.all(databases.map((each) => openQueue(each)));
    const rounds = 12;
    await Promise.all(
      queues.map(async (queue, worker) => {
        for (let round = 1; round <= rounds; round += 1) {
          await turn(queue, databases[worker]!, names, round * queues.length + worker);
        }
      }),
    );
    for (const queue of queues) await queue.release(await queue.fetch(100));
    // Every policy still gets its turn.
    await database.query(
      "UPDATE milepost_keeper.policies SET not_before = NULL, queued_at = NULL, state = 'scheduled'",
    );
    expect(await due(database, NOW, 100, 300)).to.have.length(all.length);
    await queues[0]!.enqueueDue(NOW, 100);
    const leases: Lease[] = await queues[1]!.fetch(100);
    expect(leases.map(({ policy }) => policy).sort()).to.deep.equal([...all].sort());
    expect(await deadlocks()).to.equal("0");
  });

  /** Runs one worker's round. Each round the policies are at a new milestone, as after a payment. */
  async function turn(
    queue: ExecuteQueue,
    own: Database,
    names: readonly string[],
    slot: number,
  ): Promise<void> {
    const milestoneIndex = slot % 4;
    // Each worker walks them in another order.
    const order = names.map((_, index) => names[(index * 7 + slot * 11) % names.length]!);
    await Promise.all([
      upsertPlans(
        own,
        order.map((name) => plan(name, { milestoneIndex, seenSlot: 100 + slot })),
      ),
      queue.enqueueDue(NOW, 25),
      queue.maintain(),
      removeVanished(own, order.map(addressOf), 99),
    ]);
    const leases = await queue.fetch(25);
    const half = Math.ceil(leases.length / 2);
    const paid = order.slice(0, 5).map((name) => outcome(name, { milestoneIndex, slot: 100 }));
    await Promise.all([
      queue.complete([...leases.slice(0, half)].reverse()),
      queue.release(leases.slice(half)),
      recordOutcomes(own, paid),
      ...order.slice(5, 8).map((name) => {
        return backOff(own, { policy: addressOf(name), milestoneIndex }, 0, "again");
      }),
    ]);
  }

  function delegate(to: Database): Database {
    return {
      query: (text, values) => to.query(text, values),
      script: (text) => to.script(text),
      transaction: (work) => to.transaction(work),
      close: () => to.close(),
    };
  }
});
