import { Connection } from "@solana/web3.js";
import { expect } from "chai";
import { result, RpcProxy, type RpcRequest } from "../../../keeper/test/faults/rpc-proxy";
import type { RunningOutbox, OutboxOptions } from "../../src/outbox/create-outbox";
import { REVERTED } from "../../src/outbox/finality";
import { OutboxWorld } from "./outbox-world";
import { LAMPORTS } from "./transfer";

const WAIT_MS = 30_000;
/** Slots after which every blockhash has expired. */
const EXPIRED = 160;

describe("outbox: faults of the RPC", () => {
  let world: OutboxWorld;
  let rpc: RpcProxy;
  beforeEach(async () => {
    world = await OutboxWorld.open();
    rpc = await RpcProxy.open(world.sandbox.localnet.url);
  });
  afterEach(async () => {
    rpc.heal();
    await world.close();
    await rpc.close();
  });

  function start(options: Partial<OutboxOptions> = {}): RunningOutbox {
    const config = { commitment: "confirmed", disableRetryOnRateLimit: true } as const;
    const connection = new Connection(rpc.url, config);
    const chains = { test: { ...world.sandbox.chain, connection } };
    return world.start({ chains, confirmMs: 500, finalityMs: 100, ...options });
  }

  const statusNone = (request: RpcRequest, slot: number) =>
    result(request, {
      context: { slot },
      value: (request.params![0] as string[]).map(() => null),
    });

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Resolves with the state and the number of leases of a job. */
  async function rowOf(id: string) {
    const [row] = await world.database.query<{
      state: string;
      attempts: number;
      finalized_at: Date | null;
      wire: Uint8Array | null;
      error: string | null;
    }>("SELECT * FROM milepost_gateway.chain_jobs WHERE id = $1", [id]);
    return row!;
  }

  it("given a node that takes transactions and drops them, sends the same bytes until one lands", async () => {
    let sends = 0;
    rpc.fault = async (request, next) => {
      if (request.method !== "sendTransaction") return next();
      sends += 1;
      return sends < 3 ? result(request, "1".repeat(64)) : next();
    };
    const outbox = start();
    const job = await outbox.wait(await world.enqueue(outbox, "dropped"), WAIT_MS);
    expect(job.state).to.equal("landed");
    expect(world.keys("signed")).to.deep.equal(["dropped"]);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given a node that hangs up while the transaction lands, finds it and pays once", async () => {
    rpc.fault = async (request, next) => {
      const answer = await next();
      return request.method === "sendTransaction" ? null : answer;
    };
    const outbox = start();
    const job = await outbox.wait(await world.enqueue(outbox, "hung"), WAIT_MS);
    expect(job.state).to.equal("landed");
    expect(world.keys("signed")).to.deep.equal(["hung"]);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given a node that hides a landed transaction for longer than a run waits, keeps the bytes, and signs no others", async () => {
    let isHiding = true;
    rpc.fault = (request, next) =>
      isHiding && request.method === "getSignatureStatuses"
        ? Promise.resolve(statusNone(request, 1))
        : next();
    const outbox = start();
    const id = await world.enqueue(outbox, "hidden");
    await until(async () => (await rowOf(id)).attempts >= 3);
    expect((await rowOf(id)).state).to.equal("signed");
    isHiding = false;
    expect((await outbox.wait(id, WAIT_MS)).state).to.equal("landed");
    expect(world.keys("signed")).to.deep.equal(["hidden"]);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given a node that says 'expired' while its height is behind, signs no other bytes", async () => {
    let isHiding = true;
    rpc.fault = async (request, next) => {
      if (!isHiding) return next();
      if (request.method === "getSignatureStatuses") return statusNone(request, 1);
      if (request.method === "getEpochInfo") {
        return result(request, {
          absoluteSlot: 1_000_000,
          blockHeight: 1_000_000,
          epoch: 1,
          slotIndex: 1,
          slotsInEpoch: 432_000,
        });
      }
      return next();
    };
    const outbox = start();
    const id = await world.enqueue(outbox, "behind");
    await until(async () => (await rowOf(id)).attempts >= 3);
    isHiding = false;
    expect((await outbox.wait(id, WAIT_MS)).state).to.equal("landed");
    expect(world.keys("signed")).to.deep.equal(["behind"]);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given bytes that expired unsent, builds again and signs new ones only then", async () => {
    let isDropping = true;
    rpc.fault = async (request, next) =>
      isDropping && request.method === "sendTransaction" ? result(request, "1".repeat(64)) : next();
    const outbox = start();
    const id = await world.enqueue(outbox, "expired");
    await until(async () => (await rowOf(id)).attempts >= 2);
    expect(world.keys("signed")).to.deep.equal(["expired"]);
    world.sandbox.localnet.chain.warp(EXPIRED, 0);
    await until(() => world.keys("signed").length === 2);
    isDropping = false;
    const job = await outbox.wait(id, WAIT_MS);
    expect(job.state).to.equal("landed");
    expect(world.keys("signed")).to.have.length(2);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  for (const [name, answer] of [
    ["answers 429", { status: 429, body: "Too many requests" }],
    ["answers 503", { status: 503, body: "Service unavailable" }],
    ["answers garbage", { status: 200, body: "<html>welcome</html>" }],
    ["hangs up", null],
  ] as const) {
    it(`given a node that ${name} at everything, keeps the job, and pays once when it is back`, async () => {
      rpc.fault = () => Promise.resolve(answer);
      const outbox = start();
      const id = await world.enqueue(outbox, "down");
      await until(async () => (await rowOf(id)).attempts >= 3);
      expect((await rowOf(id)).state).to.equal("queued");
      expect((await rowOf(id)).error).to.be.a("string");
      rpc.heal();
      expect((await outbox.wait(id, WAIT_MS)).state).to.equal("landed");
      expect(world.keys("failed")).to.deep.equal([]);
      expect(await world.paid()).to.equal(LAMPORTS);
    });
  }

  it("given a chain's clock that cannot be read, runs the jobs that need no clock", async () => {
    const { chain } = world.sandbox;
    const connection = new Connection(rpc.url, "confirmed");
    const time = () => Promise.reject(new Error("no answer"));
    const outbox = start({ chains: { test: { ...chain, connection, time } } });
    const dated = await world.enqueue(outbox, "dated", { notBefore: 1n });
    const plain = await world.enqueue(outbox, "plain");
    expect((await outbox.wait(plain, WAIT_MS)).state).to.equal("landed");
    expect((await rowOf(dated)).state).to.equal("queued");
  });

  it("given a landed transaction, records that it is final and forgets its bytes", async () => {
    const outbox = start();
    const id = await world.enqueue(outbox, "final");
    await outbox.wait(id, WAIT_MS);
    await until(async () => (await rowOf(id)).finalized_at !== null);
    expect(await rowOf(id)).to.deep.include({ state: "landed", wire: null });
    expect(world.keys("reverted")).to.deep.equal([]);
  });

  it("given a landed transaction that the node only confirms, leaves it open", async () => {
    rpc.fault = async (request, next) => {
      const answer = await next();
      if (request.method !== "getSignatureStatuses") return answer;
      return { ...answer, body: answer.body.replaceAll('"finalized"', '"confirmed"') };
    };
    const outbox = start();
    const id = await world.enqueue(outbox, "confirmed");
    await outbox.wait(id, WAIT_MS);
    const looks = rpc.count("getSignatureStatuses");
    await until(() => rpc.count("getSignatureStatuses") >= looks + 3);
    expect(await rowOf(id)).to.deep.include({ state: "landed", finalized_at: null });
  });

  it("given a fork that drops a landed transaction while its blockhash lives, sends the same bytes again and reverts nothing", async () => {
    const outbox = start();
    let isDropped = false;
    let sends = 0;
    const id = await world.enqueue(outbox, "forked");
    rpc.fault = async (request, next) => {
      if (request.method === "getSignatureStatuses") {
        const answer = await next();
        if (isDropped) return statusNone(request, 1);
        return { ...answer, body: answer.body.replaceAll('"finalized"', '"confirmed"') };
      }
      if (isDropped && request.method === "sendTransaction") sends += 1;
      return next();
    };
    await outbox.wait(id, WAIT_MS);
    isDropped = true;
    await until(() => sends > 0);
    rpc.heal();
    await until(async () => (await rowOf(id)).finalized_at !== null);
    expect((await rowOf(id)).state).to.equal("landed");
    expect(world.keys("reverted")).to.deep.equal([]);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given a fork that drops a landed transaction for good, fails the job once and calls its handler's reverted", async () => {
    const outcomes: string[] = [];
    const outbox = start({ onOutcome: (kind, outcome) => outcomes.push(`${kind} ${outcome}`) });
    let isDropped = false;
    rpc.fault = async (request, next) => {
      const answer = await next();
      if (request.method !== "getSignatureStatuses") return answer;
      if (isDropped) return statusNone(request, world.sandbox.localnet.chain.slot);
      return { ...answer, body: answer.body.replaceAll('"finalized"', '"confirmed"') };
    };
    const id = await world.enqueue(outbox, "gone");
    await outbox.wait(id, WAIT_MS);
    isDropped = true;
    world.sandbox.localnet.chain.warp(EXPIRED, 0);
    await until(() => world.keys("reverted").length > 0);
    await until(() => outcomes.includes("pay reverted"));
    expect(await rowOf(id)).to.deep.include({ state: "failed", error: REVERTED, wire: null });
    expect(world.keys("reverted")).to.deep.equal(["gone"]);
    expect(world.keys("failed")).to.deep.equal([]);
  });
});
