import { expect } from "chai";
import PgBoss from "pg-boss";
import type { Database } from "@milepost/database";
import { rejection } from "@milepost/database/testing";
import {
  type ExecuteQueue,
  type Lease,
  LeaseLostError,
  openQueue,
  type QueueOptions,
} from "../../src/queue/leases";
import { QUEUE_NAME } from "../../src/queue/lease-rows";
import { backOff, upsertPlans, wait } from "../../src/store/policies";
import { addressOf, NOW, plan } from "../harness/plans";
import { migratedDatabase, SERVER_URL, type TestDatabase } from "../harness/test-database";

describe(`queue (${SERVER_URL ? "server" : "embedded"})`, () => {
  let test: TestDatabase;
  let database: Database;
  let queues: ExecuteQueue[];

  beforeEach(async () => {
    test = await migratedDatabase();
    database = test.database;
    queues = [];
  });

  afterEach(async () => {
    for (const queue of queues) await queue.stop();
    await test.drop();
  });

  /** Opens the queue as a worker's process does. */
  const worker = async (options?: QueueOptions) => {
    const queue = await openQueue(await test.another(), options);
    queues.push(queue);
    return queue;
  };
  const policies = (leases: readonly Lease[]) => leases.map(({ policy }) => policy).sort();
  const names = (...all: string[]) => all.map(addressOf).sort();
  /** Lets database time pass for jobs and for the marks in the store. */
  const elapse = (seconds: number) =>
    database.script(`
      UPDATE milepost_keeper_queue.job SET started_on = started_on - interval '${seconds} seconds',
        start_after = start_after - interval '${seconds} seconds';
      UPDATE milepost_keeper.policies SET queued_at = queued_at - interval '${seconds} seconds',
        not_before = not_before - interval '${seconds} seconds'`);

  /** Lets time pass for a queue that holds leases: its leases began this much earlier. */
  const elapseFor = async (queue: ExecuteQueue, seconds: number) => {
    await elapse(seconds);
    const { mine } = queue as unknown as { mine: Map<string, Lease> };
    for (const [id, lease] of mine) mine.set(id, startedEarlier(lease, seconds));
  };

  /** Returns the lease as `elapse` changes it. */
  const startedEarlier = (lease: Lease, seconds: number): Lease => ({
    ...lease,
    startedOn: new Date(lease.startedOn.getTime() - 1_000 * seconds),
  });

  it("given due and other policies, when jobs are made, then a batch of the due ones can be fetched once", async () => {
    await upsertPlans(database, [plan("a"), plan("b"), plan("later", { dueAt: NOW + 1n })]);
    const queue = await worker();
    expect(await queue.enqueueDue(NOW, 10)).to.equal(2);
    const leases = await queue.fetch(10);
    expect(policies(leases)).to.deep.equal(names("a", "b"));
    expect(await queue.fetch(10)).to.deep.equal([]);
    expect(leases[0]!.expiresOn.getTime() - leases[0]!.startedOn.getTime()).to.equal(45_000);
  });

  it("given more than a batch, when jobs are made again, then the next ones follow and none comes twice", async () => {
    await upsertPlans(database, [plan("a", { dueAt: NOW - 1n }), plan("b")]);
    const queue = await worker();
    expect(await queue.enqueueDue(NOW, 1)).to.equal(1);
    expect(await queue.enqueueDue(NOW, 1)).to.equal(1);
    expect(await queue.enqueueDue(NOW, 1)).to.equal(0);
    expect(await queue.depth()).to.deep.equal({ queued: 2, active: 0 });
  });

  it("given several workers, when they make jobs and fetch at once, then each policy has one worker", async () => {
    const all = Array.from({ length: 60 }, (_, index) => `policy ${index}`);
    await upsertPlans(
      database,
      all.map((name) => plan(name)),
    );
    const workers = await Promise.all([1, 2, 3].map(() => worker()));
    await Promise.all(workers.map((queue) => queue.enqueueDue(NOW, 60)));
    const fetched = await Promise.all(workers.map((queue) => queue.fetch(25)));
    const leases = fetched.flat();
    expect(new Set(policies(leases)).size).to.equal(leases.length);
    const rest = await workers[0]!.fetch(60);
    expect(policies([...leases, ...rest])).to.deep.equal(names(...all));
  });

  it("given workers that start at once, when the queue's tables are missing, then all of them can use it", async () => {
    await upsertPlans(database, [plan("a")]);
    const workers = await Promise.all([1, 2, 3].map(() => worker()));
    await workers[2]!.enqueueDue(NOW, 10);
    expect(policies(await workers[1]!.fetch(10))).to.deep.equal(names("a"));
  });

  it("given a worker that died, when its lease has run out, then another one takes over, not earlier", async () => {
    await upsertPlans(database, [plan("a")]);
    const dead = await worker({ leaseSeconds: 120 });
    await dead.enqueueDue(NOW, 10);
    const [lost] = await dead.fetch(10);
    const living = await worker({ leaseSeconds: 120 });
    await elapse(119);
    await living.maintain();
    expect(await living.fetch(10)).to.deep.equal([]);
    expect(await dead.held([startedEarlier(lost!, 119)])).to.have.length(1);
    await elapse(2);
    expect(await dead.held([startedEarlier(lost!, 121)])).to.deep.equal([]);
    await living.maintain();
    const [taken] = await living.fetch(10);
    expect(taken!.policy).to.equal(addressOf("a"));
    expect(await living.held([taken!])).to.deep.equal([taken]);
    expect(await dead.held([lost!])).to.deep.equal([]);
  });

  it("given a worker that renews its lease, when the time of the first one is over, then no worker takes over until it stops renewing", async () => {
    await upsertPlans(database, [plan("a")]);
    const busy = await worker();
    await busy.enqueueDue(NOW, 10);
    const leases = await busy.fetch(10);
    const other = await worker();
    await elapseFor(busy, 30);
    await busy.renew();
    await elapseFor(busy, 30);
    await other.maintain();
    expect(await other.fetch(10)).to.deep.equal([]);
    expect(await busy.held(leases.map((lease) => startedEarlier(lease, 60)))).to.have.length(1);
    await elapseFor(busy, 16);
    await other.maintain();
    expect(policies(await other.fetch(10))).to.deep.equal(names("a"));
  });

  it("given a worker that hangs, when it has renewed its lease for 15 minutes, then its lease ends and another one takes over", async () => {
    await upsertPlans(database, [plan("a")]);
    const hanging = await worker();
    await hanging.enqueueDue(NOW, 10);
    await hanging.fetch(10);
    const other = await worker();
    for (let seconds = 40; seconds <= 880; seconds += 40) {
      await elapseFor(hanging, 40);
      await hanging.renew();
    }
    await other.maintain();
    expect(await other.fetch(10)).to.deep.equal([]);
    await elapseFor(hanging, 40);
    await hanging.renew();
    await elapseFor(hanging, 6);
    await other.maintain();
    expect(policies(await other.fetch(10))).to.deep.equal(names("a"));
  });

  it("given a lease that its holder knows is lost, when it renews the others, then it leaves that one out", async () => {
    await upsertPlans(database, [plan("a"), plan("b")]);
    const queue = await worker();
    await queue.enqueueDue(NOW, 10);
    const leases = await queue.fetch(10);
    const late = leases.find(({ policy }) => policy === addressOf("a"))!;
    await database.query(
      "UPDATE milepost_keeper_queue.job SET expire_in = '0 seconds' WHERE singleton_key = $1",
      [late.policy],
    );
    expect(policies(await queue.held(leases))).to.deep.equal(names("b"));
    // No other worker has taken it, so only the holder can have extended it.
    await queue.renew();
    await queue.maintain();
    expect(policies(await (await worker()).fetch(10))).to.deep.equal(names("a"));
  });

  it("given a transaction that is fenced by its leases, when one of them is lost, then it is refused with that policy and nothing is stored", async () => {
    await upsertPlans(database, [plan("a"), plan("b")]);
    const queue = await worker();
    await queue.enqueueDue(NOW, 10);
    const leases = await queue.fetch(10);
    const note = async (transaction: Database) => {
      await queue.fence(transaction, leases);
      await backOff(transaction, { policy: addressOf("b"), milestoneIndex: 0 }, 60, "noted");
    };
    const reasons = () =>
      database.query("SELECT reason FROM milepost_keeper.policies ORDER BY reason");
    await database.query(
      "UPDATE milepost_keeper_queue.job SET expire_in = '0 seconds' WHERE singleton_key = $1",
      [addressOf("a")],
    );
    const refused = await rejection(database.transaction(note));
    expect(refused).to.be.instanceOf(LeaseLostError);
    expect(refused).to.have.deep.property("policies", names("a"));
    expect(await reasons()).to.deep.equal([{ reason: "" }, { reason: "" }]);
    await database.query("UPDATE milepost_keeper_queue.job SET expire_in = '45 seconds'");
    await database.transaction(note);
    expect(await reasons()).to.deep.equal([{ reason: "" }, { reason: "noted" }]);
  });

  describe("beside a keeper of an earlier version, which never renews a lease of five minutes", () => {
    /** Uses pg-boss as such a keeper does. */
    async function earlierKeeper() {
      const shared = await test.another();
      const boss = new PgBoss({
        db: {
          executeSql: async (text, values) => ({
            rows: values?.length ? await shared.query(text, values) : await shared.script(text),
          }),
        },
        schema: "milepost_keeper_queue",
        supervise: false,
        schedule: false,
      });
      await boss.start();
      return boss;
    }
    const fetchOf = async (boss: PgBoss) => {
      const jobs = await boss.fetch<{ policy: string }>(QUEUE_NAME, {
        batchSize: 10,
        includeMetadata: true,
      });
      return jobs.map(({ data, expireInSeconds }) => [data.policy, Number(expireInSeconds)]);
    };

    it("given a job that a new keeper made, when the earlier one fetches it, then it has its five minutes", async () => {
      await upsertPlans(database, [plan("a")]);
      const [newer, earlier] = [await worker(), await earlierKeeper()];
      await newer.enqueueDue(NOW, 10);
      expect(await fetchOf(earlier)).to.deep.equal([[addressOf("a"), 300]]);
      await elapse(299);
      await newer.maintain();
      expect(await newer.fetch(10)).to.deep.equal([]);
      await elapse(2);
      await newer.maintain();
      expect(policies(await newer.fetch(10))).to.deep.equal(names("a"));
    });

    it("given a new keeper that renews, when the earlier one searches for expired leases, then it takes over only after the last renewal's time, and then has five minutes", async () => {
      await upsertPlans(database, [plan("a")]);
      const [newer, earlier] = [await worker(), await earlierKeeper()];
      await newer.enqueueDue(NOW, 10);
      await newer.fetch(10);
      await elapseFor(newer, 40);
      await newer.renew();
      await elapseFor(newer, 40);
      await earlier.maintain();
      expect(await fetchOf(earlier)).to.deep.equal([]);
      await elapseFor(newer, 6);
      await earlier.maintain();
      // Some new keeper checks as well, every few seconds.
      await (await worker()).maintain();
      expect(await fetchOf(earlier)).to.deep.equal([[addressOf("a"), 300]]);
    });

    it("given a new keeper that stops, when the earlier one gets its leases, then it has its five minutes", async () => {
      await upsertPlans(database, [plan("a")]);
      const [newer, earlier] = [await worker(), await earlierKeeper()];
      await newer.enqueueDue(NOW, 10);
      await newer.fetch(10);
      await newer.stop();
      expect(await fetchOf(earlier)).to.deep.equal([[addressOf("a"), 300]]);
    });
  });

  it("given a lease that was taken over, when the first holder completes or releases it, then the second keeps it", async () => {
    await upsertPlans(database, [plan("a")]);
    const slow = await worker();
    await slow.enqueueDue(NOW, 10);
    const lost = await slow.fetch(10);
    await elapse(301);
    const second = await worker();
    await second.maintain();
    const taken = await second.fetch(10);
    const late = lost.map((lease) => startedEarlier(lease, 301));
    await slow.complete(late);
    await slow.release(late);
    expect(await second.held(taken)).to.deep.equal(taken);
    expect(await second.depth()).to.deep.equal({ queued: 0, active: 1 });
  });

  it("given a worker that died, when a keeper with sole access to the database comes next, then it does not wait for the lease", async () => {
    await upsertPlans(database, [plan("a")]);
    const dead = await worker();
    await dead.enqueueDue(NOW, 10);
    await dead.fetch(10);
    expect(await (await worker()).fetch(10)).to.deep.equal([]);
    const alone = await worker({ isAlone: true });
    expect(policies(await alone.fetch(10))).to.deep.equal(names("a"));
  });

  it("given leases that were given back, when a worker fetches at the same moment, then it gets them", async () => {
    await upsertPlans(database, [plan("a")]);
    const dead = await worker();
    await dead.enqueueDue(NOW, 10);
    await dead.fetch(10);
    // In a transaction, the time stands still.
    await database.transaction(async (transaction) => {
      const alone = await openQueue(transaction, { isAlone: true });
      const leases = await alone.fetch(10);
      expect(policies(leases)).to.deep.equal(names("a"));
      await alone.release(leases);
      expect(policies(await alone.fetch(10))).to.deep.equal(names("a"));
      await alone.stop();
    });
  });

  it("given workers that die again and again, when a lease runs out for the fifth time, then the job is still made", async () => {
    await upsertPlans(database, [plan("a")]);
    const queue = await worker();
    await queue.enqueueDue(NOW, 10);
    for (let death = 0; death < 5; death += 1) {
      expect(policies(await queue.fetch(10)), `death ${death}`).to.deep.equal(names("a"));
      await elapse(301);
      await queue.maintain();
    }
  });

  it("given a completed job, when the policy is postponed or waits, then there is no new one; when it is due, there is", async () => {
    await upsertPlans(database, [plan("a"), plan("b"), plan("c")]);
    const queue = await worker();
    await queue.enqueueDue(NOW, 10);
    const leases = await queue.fetch(10);
    await backOff(database, { policy: addressOf("a"), milestoneIndex: 0 }, 60, "timeout");
    await wait(database, { policy: addressOf("b"), milestoneIndex: 0 }, "InsufficientFunds");
    // The finder sees the next milestone while the job of the last one is still there.
    await upsertPlans(database, [plan("c", { milestoneIndex: 1, seenSlot: 101 })]);
    await queue.enqueueDue(NOW, 10);
    expect(await queue.fetch(10)).to.deep.equal([]);
    await queue.complete(leases);
    expect(await queue.enqueueDue(NOW, 10)).to.equal(1);
    expect(policies(await queue.fetch(10))).to.deep.equal(names("c"));
  });

  it("given an active job and more to do, when others fetch, then they are not blocked", async () => {
    await upsertPlans(database, [plan("a")]);
    const queue = await worker();
    await queue.enqueueDue(NOW, 10);
    await queue.fetch(10);
    await upsertPlans(database, [plan("a", { milestoneIndex: 1, seenSlot: 101 }), plan("b")]);
    await queue.enqueueDue(NOW, 10);
    expect(policies(await (await worker()).fetch(10))).to.deep.equal(names("b"));
  });

  it("given a job that got lost, when its time is over, then it is made again from the store", async () => {
    await upsertPlans(database, [plan("a")]);
    const queue = await worker();
    await queue.enqueueDue(NOW, 10);
    await database.query("DELETE FROM milepost_keeper_queue.job");
    expect(await queue.enqueueDue(NOW, 10)).to.equal(0);
    await elapse(301);
    expect(await queue.enqueueDue(NOW, 10)).to.equal(1);
    expect(policies(await queue.fetch(10))).to.deep.equal(names("a"));
  });

  it("given a job that can't be made, when that fails, then the policy counts as due and not as queued", async () => {
    await upsertPlans(database, [plan("a")]);
    const queue = await worker();
    await database.query("ALTER TABLE milepost_keeper_queue.job RENAME TO away");
    const [refused] = await Promise.allSettled([queue.enqueueDue(NOW, 10)]);
    expect(refused).to.have.nested.property("reason.code", "42P01");
    await database.query("ALTER TABLE milepost_keeper_queue.away RENAME TO job");
    expect(await queue.enqueueDue(NOW, 10)).to.equal(1);
  });

  it("given a database that fails, when a batch is fetched, then it rejects and does not report an empty queue", async () => {
    const queue = await worker();
    await database.query("ALTER TABLE milepost_keeper_queue.job RENAME TO away");
    const [refused] = await Promise.allSettled([queue.fetch(10)]);
    await database.query("ALTER TABLE milepost_keeper_queue.away RENAME TO job");
    expect(refused).to.have.nested.property("reason.code", "42P01");
  });

  it("given a worker that stops, when it holds leases, then another one gets them at once and it gets nothing more", async () => {
    await upsertPlans(database, [plan("a"), plan("b"), plan("c")]);
    const stopping = await worker();
    await stopping.enqueueDue(NOW, 10);
    const leases = await stopping.fetch(10);
    await stopping.complete([leases[0]!]);
    await stopping.stop();
    expect(await stopping.fetch(10)).to.deep.equal([]);
    const next = await worker();
    expect(policies(await next.fetch(10))).to.deep.equal(policies(leases.slice(1)));
  });
});
