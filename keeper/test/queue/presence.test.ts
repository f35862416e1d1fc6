/** Leases of keepers that have ended: another keeper frees them when the session that shows the holder has ended. */
import { expect } from "chai";
import type { Database } from "@milepost/database";
import { rejection } from "@milepost/database/testing";
import { type ExecuteQueue, LeaseLostError, openQueue } from "../../src/queue/leases";
import { upsertPlans } from "../../src/store/policies";
import { addressOf, NOW, plan } from "../harness/plans";
import { migratedDatabase, SERVER_URL, type TestDatabase } from "../harness/test-database";

describe("queue: leases of keepers that have ended", () => {
  let test: TestDatabase;
  let database: Database;
  let queues: ExecuteQueue[];

  before(function () {
    // An embedded database has one process, whose end frees all leases.
    if (!SERVER_URL) this.skip();
  });

  beforeEach(async () => {
    test = await migratedDatabase();
    database = test.database;
    queues = [];
    await upsertPlans(database, [plan("a"), plan("b")]);
  });

  afterEach(async () => {
    for (const queue of queues) await queue.stop().catch(() => undefined);
    await test?.drop();
  });

  async function keeper({ isShown = true } = {}) {
    const presence = await test.another();
    const queue = await openQueue(await test.another(), isShown ? { presence } : {});
    queues.push(queue);
    return { queue, presence };
  }

  /** Ends all sessions that hold a keeper's lock, as the end of their processes does. */
  async function endSessions(): Promise<void> {
    const ended = await database.query<{ pid: number }>(
      `SELECT pid, pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
         AND classid = 723542198::oid AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(ended).not.to.deep.equal([]);
  }

  const names = (leases: readonly { policy: string }[]) =>
    leases.map(({ policy }) => policy).sort();
  const both = [addressOf("a"), addressOf("b")].sort();

  it("given a keeper whose session has ended, when another one maintains the queue, then it gets the leases at once", async () => {
    const killed = await keeper();
    await killed.queue.enqueueDue(NOW, 10);
    const leases = await killed.queue.fetch(10);
    await endSessions();
    const other = await keeper();
    await other.queue.maintain();
    expect(names(await other.queue.fetch(10))).to.deep.equal(both);
    // A keeper that lost its session alone can sign nothing more for them.
    expect(await killed.queue.held(leases)).to.deep.equal([]);
    const refused = await rejection(
      database.transaction((transaction) => killed.queue.fence(transaction, leases)),
    );
    expect(refused).to.be.instanceOf(LeaseLostError);
    await killed.queue.complete(leases);
    expect(await other.queue.depth()).to.deep.equal({ queued: 0, active: 2 });
  });

  it("given a keeper that is alive, when another one maintains the queue, then it gets nothing", async () => {
    const living = await keeper();
    await living.queue.enqueueDue(NOW, 10);
    const leases = await living.queue.fetch(10);
    const other = await keeper();
    await other.queue.maintain();
    expect(await other.queue.fetch(10)).to.deep.equal([]);
    expect(await living.queue.held(leases)).to.deep.equal(leases);
  });

  it("given a keeper that has lost its session, when it shows itself again, then its new leases are its own", async () => {
    const living = await keeper();
    await living.queue.enqueueDue(NOW, 10);
    await endSessions();
    await living.queue.maintain();
    const leases = await living.queue.fetch(10);
    expect(names(leases)).to.deep.equal(both);
    const other = await keeper();
    await other.queue.maintain();
    expect(await living.queue.held(leases)).to.deep.equal(leases);
  });

  it("given a keeper that shows itself to nobody, when another one maintains the queue, then its leases run out", async () => {
    const older = await keeper({ isShown: false });
    await older.queue.enqueueDue(NOW, 10);
    const leases = await older.queue.fetch(10);
    const other = await keeper();
    await other.queue.maintain();
    expect(await older.queue.held(leases)).to.deep.equal(leases);
    await database.query(
      "UPDATE milepost_keeper_queue.job SET started_on = started_on - interval '46 seconds'",
    );
    await other.queue.maintain();
    expect(names(await other.queue.fetch(10))).to.deep.equal(both);
  });

  it("given a connection for the session that fails, when a keeper works, then it works without it and says so", async () => {
    const refused = new Error("too many connections");
    const presence = { query: () => Promise.reject(refused) } as unknown as Database;
    const errors: Error[] = [];
    const onError = (error: Error) => errors.push(error);
    const queue = await openQueue(await test.another(), { presence, onError });
    queues.push(queue);
    expect(errors).to.deep.equal([refused]);
    await queue.enqueueDue(NOW, 10);
    expect(names(await queue.fetch(10))).to.deep.equal(both);
    await database.query(
      "UPDATE milepost_keeper_queue.job SET started_on = started_on - interval '46 seconds'",
    );
    expect(await rejection(queue.maintain())).to.equal(refused);
    expect(names(await queue.fetch(10))).to.deep.equal(both);
  });

  it("given a lease that a transaction holds for its writes, when its holder's session ends, then it is freed after the transaction", async () => {
    const killed = await keeper();
    await killed.queue.enqueueDue(NOW, 10);
    const leases = await killed.queue.fetch(10);
    const other = await keeper();
    await database.transaction(async (transaction) => {
      await killed.queue.fence(transaction, leases);
      await transaction.query(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE classid = 723542198::oid AND pid <> (SELECT pg_backend_pid())",
      );
      await other.queue.maintain().catch(() => undefined);
      expect(await other.queue.fetch(10)).to.deep.equal([]);
    });
    await other.queue.maintain();
    expect(names(await other.queue.fetch(10))).to.deep.equal(both);
  });
});
