import { expect } from "chai";
import { openAttempts } from "../../src/store/attempts";
import { outcomesOf } from "../../src/store/outcomes";
import { dropped, FaultyConnection, type Fault, inContext, seen } from "../harness/work-chain";
import { WorkWorld } from "../harness/work-world";

const SILENT_BLOCKS = 100;

describe("work: an RPC that is gone for good", () => {
  let keeper: WorkWorld;
  let gone: FaultyConnection;
  let policy: string;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
    gone = new FaultyConnection(keeper.chain);
    gone.fault = unreachable;
    policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
  });
  afterEach(() => keeper.close());

  const unreachable: Fault = async () => {
    throw new TypeError("fetch failed");
  };
  const worker = () =>
    keeper.worker({ rpcs: [keeper.rpc, gone], silentBlocks: SILENT_BLOCKS, maxRounds: 60 });
  const slot = () => Number(keeper.chain.slot());

  async function expectPaidOnce(): Promise<void> {
    expect(keeper.payments(policy)).to.deep.equal([1]);
    expect(await outcomesOf(keeper.database, policy)).to.have.length(1);
    expect(await keeper.attempts()).not.to.include("signed");
  }

  /**
   * Sends once to an RPC that drops it; then a worker recovers after every ten slots, until the attempt ends or the
   * slot comes.
   */
  async function recoverUntil(end: number): Promise<number> {
    while (slot() < end) {
      await keeper.chain.warpToSlot(keeper.chain.slot() + 10n);
      if ((await worker().recover()) > 0) break;
    }
    return slot();
  }

  async function lastValid(): Promise<number> {
    const [attempt] = await openAttempts(keeper.database, 1);
    return attempt!.lastValidBlockHeight;
  }

  it("given bytes that the other RPC dropped, when it is long past their expiry, then new bytes are signed, not earlier, and it is paid once", async () => {
    keeper.rpc.fault = dropped;
    await keeper.worker({ rpcs: [keeper.rpc, gone], maxRounds: 1 }).pass();
    const expiry = await lastValid();
    expect(await recoverUntil(expiry + SILENT_BLOCKS)).to.be.within(
      expiry + SILENT_BLOCKS,
      expiry + SILENT_BLOCKS + 9,
    );
    expect(await keeper.attempts()).to.deep.equal(["signed"]);
    await recoverUntil(expiry + SILENT_BLOCKS + 20);
    expect(await keeper.attempts()).to.deep.equal(["expired"]);
    keeper.rpc.fault = null;
    await keeper.elapse(3_600);
    await keeper.enqueue();
    await worker().pass();
    await expectPaidOnce();
    expect(await keeper.attempts()).to.deep.equal(["expired", "landed"]);
  });

  it("given an RPC that answers and has not come to the expiry, when another one is gone, then nothing is signed again", async () => {
    const behind = new FaultyConnection(keeper.chain);
    keeper.rpc.fault = dropped;
    await keeper.worker({ rpcs: [keeper.rpc, gone], maxRounds: 1 }).pass();
    const expiry = await lastValid();
    behind.fault = async (request, next) =>
      request.method === "getEpochInfo" ? seen(request, expiry) : dropped(request, next);
    const rpcs = [keeper.rpc, behind, gone];
    await keeper.chain.warpToSlot(BigInt(expiry + 10 * SILENT_BLOCKS));
    expect(await keeper.worker({ rpcs, silentBlocks: SILENT_BLOCKS }).recover()).to.equal(0);
    expect(await keeper.attempts()).to.deep.equal(["signed"]);
  });

  it("given an RPC that knows its height and can't search its history, when no other one answers, then nothing is signed again", async () => {
    await keeper.worker({ rpcs: [gone], maxRounds: 1 }).pass();
    const expiry = await lastValid();
    keeper.rpc.fault = async (request, next) =>
      request.method === "getSignatureStatuses"
        ? new Response("no", { status: 503 })
        : dropped(request, next);
    await keeper.chain.warpToSlot(BigInt(expiry + 10 * SILENT_BLOCKS));
    expect(await worker().recover()).to.equal(0);
    expect(await keeper.attempts()).to.deep.equal(["signed"]);
  });

  it("given no RPC that answers, when time passes, then nothing is signed again", async () => {
    keeper.rpc.fault = dropped;
    await keeper.worker({ maxRounds: 1 }).pass();
    const expiry = await lastValid();
    keeper.rpc.fault = unreachable;
    await keeper.chain.warpToSlot(BigInt(expiry + 10 * SILENT_BLOCKS));
    expect(await worker().recover()).to.equal(0);
    expect(await keeper.attempts()).to.deep.equal(["signed"]);
  });

  it("given heights that are not final yet, when the confirmed one is beyond the expiry, then that is not enough", async () => {
    keeper.rpc.fault = dropped;
    await keeper.worker({ maxRounds: 1 }).pass();
    const expiry = await lastValid();
    keeper.rpc.fault = async (request, next) => {
      if (request.method !== "getEpochInfo") return dropped(request, next);
      const [config] = request.params as [{ commitment?: string } | undefined];
      return seen(request, config?.commitment === "finalized" ? expiry : expiry + 32);
    };
    expect(await keeper.worker().recover()).to.equal(0);
    keeper.rpc.fault = async (request, next) =>
      request.method === "getEpochInfo" ? seen(request, expiry + 1) : dropped(request, next);
    await keeper.chain.warpToSlot(BigInt(expiry + 1));
    expect(await keeper.worker().recover()).to.equal(1);
    expect(await keeper.attempts()).to.deep.equal(["expired"]);
  });

  it("given a payment that landed through an RPC that then went away, when the other one does not know it, then the milestone is still paid once", async () => {
    // This is the worst case: the bytes are given up although they landed. The accounts, and in the end the program,
    // prevent a second payment.
    keeper.rpc.fault = async (request, next) => {
      if (request.method !== "getSignatureStatuses") return dropped(request, next);
      return inContext(request, [null], slot());
    };
    gone.fault = async (request, next) => {
      if (request.method === "sendTransaction") await next();
      return unreachable(request, next);
    };
    await worker().pass();
    gone.fault = unreachable;
    expect(await keeper.attempts()).to.deep.equal(["expired"]);
    keeper.rpc.fault = async (request, next) =>
      request.method === "getSignatureStatuses" ? inContext(request, [null]) : next();
    await keeper.elapse(3_600);
    await keeper.enqueue();
    await worker().pass();
    expect(keeper.payments(policy)).to.deep.equal([1]);
    expect(keeper.failures(policy)).to.equal(0);
    expect((await keeper.row(policy)).state).to.equal("done");
  });
});
