import { expect } from "chai";
import { Connection } from "@solana/web3.js";
import type { Database } from "@milepost/database";
import { Background } from "../../src/background";
import { createKeeper } from "../../src/keeper";
import type { KeeperOptions } from "../../src/keeper-options";
import { WorkerPool } from "../../src/worker-pool";
import type { ExecuteQueue } from "../../src/queue/leases";
import { createLog } from "../../src/observe/log";
import { createMetrics, type Sample } from "../../src/observe/metrics";
import { upsertPlans } from "../../src/store/policies";
import { MilepostNet } from "../harness/cli-localnet";
import { ManualTimers } from "../harness/manual-timers";
import { GENESIS, RpcNodes } from "../harness/rpc-nodes";
import { plan } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

describe("keeper: work in the background", () => {
  function background() {
    const timers = new ManualTimers();
    const told: string[] = [];
    const tasks = new Background({
      timers,
      onFailing: (task, error) => void told.push(`${task}: ${(error as Error).message}`),
      onRecovered: (task) => void told.push(`${task} again`),
    });
    return { timers, told, tasks };
  }

  it("given a task that fails for a while, then its beginning and its end are reported, once each", async () => {
    const { told, tasks } = background();
    const work = (message?: string) => async () => {
      if (message) throw new Error(message);
    };
    for (const message of [undefined, "a", "b", undefined, undefined, "c"]) {
      await tasks.run("scan", work(message));
    }
    expect(told).to.deep.equal(["scan: a", "scan again", "scan: c"]);
  });

  it("given a task that takes longer than its pause, then it does not start a second time", async () => {
    const { timers, tasks } = background();
    const ends: (() => void)[] = [];
    tasks.every(10, "slow", () => new Promise<void>((resolve) => ends.push(resolve)));
    timers.pass(35);
    expect(ends).to.have.length(1);
    ends[0]!();
    // Joins the one under way, so that it has ended after this.
    await tasks.run("slow", async () => undefined);
    timers.pass(10);
    expect(ends).to.have.length(2);
    let isStopped = false;
    const stopped = tasks.stop().then(() => (isStopped = true));
    timers.pass(100);
    await Promise.resolve();
    expect([ends.length, isStopped]).to.deep.equal([2, false]);
    ends[1]!();
    await stopped;
  });
});

describe("keeper: workers side by side", () => {
  type Result = { leased: number; ended: number } | Error;

  function lanes(...results: Result[][]) {
    const timers = new ManualTimers();
    const told: unknown[] = [];
    const passes = results.map(() => 0);
    const workers = results.map((left, index) => ({
      pass: async () => {
        passes[index]! += 1;
        const next = left.shift() ?? { leased: 0, ended: 0 };
        if (next instanceof Error) throw next;
        return next;
      },
      stop: async () => void told.push(`stop ${index}`),
      abandon: async () => void told.push(`abandon ${index}`),
    }));
    const options = { workers, timers, onFailed: (e: unknown) => told.push(e), onWorked: () => 0 };
    return { timers, told, passes, lanes: new WorkerPool(options) };
  }

  it("given work, then each goes on until there is none", async () => {
    const some = { leased: 2, ended: 2 };
    const { lanes: all, passes } = lanes([some, some], [some]);
    await all.drain();
    expect(passes).to.deep.equal([3, 2]);
  });

  it("given leases that were all given back, then they are not taken again at once", async () => {
    const { lanes: all, passes } = lanes([{ leased: 2, ended: 0 }]);
    await all.drain();
    expect(passes).to.deep.equal([1]);
  });

  it("given a pass that fails, then it is reported, and tried again after a growing pause", async () => {
    const failure = new Error("no database");
    const { lanes: all, passes, told, timers } = lanes([failure, failure, failure, failure]);
    const begun: number[] = [];
    for (let second = 0; second <= 5; second += 1) {
      const before = passes[0]!;
      all.fill();
      await new Promise(setImmediate);
      if (passes[0]! > before) begun.push(second);
      timers.pass(1_000);
    }
    // At once, after one second, after two more.
    expect(begun).to.deep.equal([0, 1, 3]);
    expect(told).to.deep.equal([failure, failure, failure]);
    const error = await all.drain().catch((caught: unknown) => caught);
    expect(error).to.equal(failure);
  });

  it("given stop, then nothing is begun any more", async () => {
    const { lanes: all, passes, told } = lanes([], []);
    await all.stop();
    all.fill();
    await all.abandon();
    expect(passes).to.deep.equal([0, 0]);
    expect(told).to.deep.equal(["stop 0", "stop 1", "abandon 0", "abandon 1"]);
  });
});

describe("keeper: readiness", () => {
  let chain: MilepostNet;
  let test: TestDatabase;
  before(async () => {
    [chain, test] = await Promise.all([MilepostNet.start(), migratedDatabase()]);
  });
  after(() => Promise.all([chain.stop(), test.drop()]));
  beforeEach(() => truncate(test.database));

  async function keeper(overrides: Partial<KeeperOptions> = {}, lamports = 50_000_000) {
    const timers = new ManualTimers();
    const feePayer = await chain.net.funded(lamports);
    const made = createKeeper({
      database: test.database,
      queue: null,
      connection: chain.net.connection,
      connect: () => {
        throw new Error("no websocket here");
      },
      feePayer,
      log: createLog({ level: "silent" }),
      metrics: createMetrics(),
      timers,
      ...overrides,
    });
    return { timers, made };
  }

  const READY = { database: true, scanned: true, rpc: true, "fee payer": true, running: true };

  it("given a keeper that was not started, then it is not ready", async () => {
    const { made } = await keeper();
    const { isReady, checks } = await made.readiness();
    expect(isReady).to.equal(false);
    expect(checks).to.deep.equal({ ...READY, scanned: false, rpc: false, "fee payer": false });
  });

  it("is not ready, and names the host, when no RPC leads to its chain any more", async () => {
    const nodes = new RpcNodes(["rpc.example"]);
    nodes.pool.chain.expect(GENESIS, [0]);
    const { made } = await keeper({ pool: nodes.pool });
    await made.start();
    const before = await made.readiness();
    expect(before).to.deep.equal({
      ...{ isReady: true, checks: { ...READY, chain: true }, notes: ["rpc.example: in use"] },
    });
    nodes.behaviors["rpc.example"] = () => "AnotherChain";
    await nodes.pool.check();
    const after = await made.readiness();
    expect(after).to.deep.equal({
      ...{ isReady: false, checks: { ...READY, chain: false } },
      notes: ["rpc.example: set aside (wrong chain)"],
    });
    await made.stop();
  });

  it("given a started one, then it is ready; not after the RPC's silence, nor when it stops", async () => {
    const { made, timers } = await keeper({ rpcSilenceMs: 5_000 });
    await made.start();
    expect(await made.readiness()).to.deep.equal({ isReady: true, checks: READY });
    // Without the pass of the timers' own tasks, the keeper does not ask the RPC.
    timers.pass(5_001);
    expect((await made.readiness()).checks).to.deep.equal({ ...READY, rpc: false });
    expect(await made.stop()).to.equal(true);
    const { isReady, checks } = await made.readiness();
    expect([isReady, checks.running]).to.deep.equal([false, false]);
  });

  it("given an RPC that goes away, when it is sampled, then the store and the subscription are shown as they are now", async () => {
    let isGone = false;
    const connection = new Connection(chain.net.localnet.url, {
      commitment: "confirmed",
      disableRetryOnRateLimit: true,
      fetch: (input, init) =>
        isGone ? Promise.reject(new Error("fetch failed")) : fetch(input, init),
    });
    const samples: Sample[] = [];
    const metrics = { ...createMetrics(), sampled: (sample: Sample) => void samples.push(sample) };
    const { made, timers } = await keeper({ connection, metrics });
    await made.start();
    const before = samples.length;
    expect(samples.at(-1)!.counts.scheduled).to.equal(0);
    isGone = true;
    await upsertPlans(test.database, [plan("new", { dueAt: 1n })]);
    while (samples.length === before) {
      timers.pass(15_000);
      await new Promise(setImmediate);
    }
    const last = samples.at(-1)!;
    expect(last.counts).to.include({ scheduled: 1, due: 1 });
    expect(last.feePayerLamports).to.equal(null);
    // The clock stands still, so that a comparison with it shows how old all data of the chain is.
    expect(last.chainNow).to.equal(samples.at(-2)!.chainNow);
    await made.stop();
  });

  it("given a fee payer below the floor, then it is not ready", async () => {
    const { made } = await keeper({ minBalance: 50_000_001 });
    await made.start();
    expect((await made.readiness()).checks).to.deep.equal({ ...READY, "fee payer": false });
    await made.stop();
  });

  it("given a database that is gone, or answers nothing, then it is not ready", async () => {
    let answer: () => Promise<never[]> = () => Promise.reject(new Error("gone"));
    const database: Database = { ...test.database, query: () => answer() };
    const { made, timers } = await keeper({ database });
    expect((await made.readiness()).checks.database).to.equal(false);
    answer = () => new Promise(() => undefined);
    const silent = made.readiness();
    timers.pass(2_000);
    expect((await silent).checks.database).to.equal(false);
  });

  it("given work that does not end, when it stops, then it waits for its deadline, gives the leases back, and says so", async () => {
    const told: string[] = [];
    const queue = {
      enqueueDue: async () => 0,
      depth: async () => ({ queued: 0, active: 0 }),
      maintain: async () => undefined,
      fetch: () => {
        told.push("fetch");
        return new Promise(() => undefined);
      },
      leaseSeconds: 60,
      renew: async () => undefined,
      release: async () => undefined,
      stop: async () => void told.push("stop"),
    } as unknown as ExecuteQueue;
    const { made, timers } = await keeper({ queue, stopMs: 7_000, concurrency: 1 });
    await made.start();
    while (told.length === 0) {
      timers.pass(1_000);
      await new Promise(setImmediate);
    }
    const begin = timers.now();
    let isQuiet: boolean | null = null;
    void made.stop().then((quiet) => (isQuiet = quiet));
    while (isQuiet === null) {
      timers.pass(100);
      await new Promise(setImmediate);
    }
    expect(isQuiet).to.equal(false);
    expect(told).to.deep.equal(["fetch", "stop"]);
    expect(timers.now() - begin).to.be.within(7_000, 14_000);
  });

  it("given an RPC that is gone, when it runs once, then it rejects with why", async () => {
    const { made } = await keeper({ connection: new Connection("http://127.0.0.1:1") });
    const error = await made.runOnce().catch((caught: Error) => caught);
    expect(error)
      .to.be.instanceOf(Error)
      .with.property("message")
      .that.matches(/fetch|connect/i);
  });
});
