/** Attacks by one RPC of several: it may delay its own answers, and nothing it claims lasts. */
import { expect } from "chai";
import { POLICY_OFFSET, PROGRAM_ID } from "@milepost/sdk";
import { ChainClock } from "../../src/clock/chain-clock";
import { reconcile } from "../../src/find/reconcile";
import { POLICY_SLICE } from "../../src/find/policy-slice";
import { decide } from "../../src/work/decide";
import { readSnapshots } from "../../src/work/read-snapshots";
import { FakeChain } from "../harness/fake-chain";
import { ManualTimers } from "../harness/manual-timers";
import { NOW } from "../harness/plans";
import { type Fault, FaultyConnection, inContext, result, seen } from "../harness/work-chain";
import { WorkWorld } from "../harness/work-world";

const FAR = Number.MAX_SAFE_INTEGER;

describe("attacks: one RPC of several", () => {
  let keeper: WorkWorld;
  let liar: FaultyConnection;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
    liar = new FaultyConnection(keeper.chain);
  });
  afterEach(() => keeper.close());

  async function scanBy(connection: FaultyConnection): Promise<void> {
    const { database } = keeper;
    await reconcile({ connection, programId: PROGRAM_ID, database, gatewaySigners: [] });
  }

  it("given a scan that shows a policy as paid in a slot of the far future, when an honest RPC is asked, then the policy is paid", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    liar.fault = async (request, next) => {
      const answer = (await next()) as { result: { context: { slot: number }; value: Found[] } };
      if (request.method !== "getProgramAccounts") return answer;
      answer.result.context.slot = FAR;
      for (const { account } of answer.result.value) {
        const data = Buffer.from(account.data[0], "base64");
        const at = POLICY_OFFSET.currentMilestone - POLICY_SLICE.offset;
        if (at < data.length) data[at] = 1;
        account.data[0] = data.toString("base64");
      }
      return answer;
    };
    await scanBy(liar);
    expect((await keeper.row(policy)).state).to.equal("done");
    await keeper.runToEnd();
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  it("given a scan that invents a policy in the far future, when an honest one ends, then it is gone", async () => {
    await keeper.policy();
    const invented = keeper.world.key("stranger").toBase58();
    liar.fault = async (request, next) => {
      const answer = (await next()) as { result: { context: { slot: number }; value: Found[] } };
      if (request.method !== "getProgramAccounts") return answer;
      answer.result.context.slot = FAR;
      for (const found of answer.result.value) found.pubkey = invented;
      return answer;
    };
    await scanBy(liar);
    await keeper.find();
    expect(await keeper.row(invented)).to.equal(undefined);
  });

  it("given a blockhash that an RPC reports as never expiring, when it is signed with, then the milestone is still paid", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    liar.fault = async (request, next) =>
      request.method === "getLatestBlockhash"
        ? inContext(request, { blockhash: "1".repeat(32), lastValidBlockHeight: FAR })
        : next();
    const rpcs = [liar, keeper.rpc];
    await keeper.worker({ context: keeper.context(liar), rpcs, maxRounds: 2 }).pass();
    expect(await keeper.attempts()).to.deep.equal(["signed"]);
    await keeper.runToEnd({ rpcs: [keeper.rpc], maxRounds: 2 });
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  it("given a wait for what only one RPC has shown, when hours have passed, then it is decided again", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    let snapshots = 0;
    liar.fault = async (request, next) => {
      const answer = await next();
      const [addresses] = (request.params ?? []) as [string[]];
      if (request.method !== "getMultipleAccounts") return answer;
      const { result: found } = answer as { result: { value: ({ data: string[] } | null)[] } };
      const at = addresses.indexOf(policy);
      snapshots += at >= 0 ? 1 : 0;
      // The second read is the watch's, and returns the truth.
      if (at < 0 || snapshots === 2) return answer;
      const data = Buffer.from(found.value[at]!.data[0]!, "base64");
      data[POLICY_OFFSET.status] = 1;
      found.value[at]!.data[0] = data.toString("base64");
      return answer;
    };
    await keeper.worker({ context: keeper.context(liar) }).pass();
    expect(await keeper.row(policy)).to.include({ state: "waiting", reason: "PolicyPaused" });
    await keeper.runToEnd();
    expect(keeper.payments(policy)).to.deep.equal([]);
    await keeper.database.query(
      "UPDATE milepost_keeper.policies SET updated_at = updated_at - interval '6 hours'",
    );
    await keeper.runToEnd();
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  it("given an error whose name is the RPC's own text, when it is stored, then it is unrecognized", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    const err = { InstructionError: [1, { "\u001b[2J\u0000 paid": 1 }] };
    liar.fault = async (request, next) =>
      request.method === "simulateTransaction"
        ? inContext(request, { err, logs: [], accounts: null, unitsConsumed: 0 })
        : next();
    await keeper.worker({ context: keeper.context(liar) }).pass();
    expect(await keeper.row(policy)).to.include({ state: "scheduled", reason: "Unrecognized" });
  });

  it("given an account that makes reading or deciding throw, when a batch is read, then only that policy is postponed", async () => {
    const [strange, ...others] = [
      await keeper.policy(),
      await keeper.policy(),
      await keeper.policy(),
    ];
    const context = keeper.context();
    const connection = Object.create(context.connection) as typeof context.connection;
    connection.getMultipleAccountsInfoAndContext = async (addresses, config) => {
      if (addresses.some((address) => address.toBase58() === strange))
        throw new TypeError("strange");
      return context.connection.getMultipleAccountsInfoAndContext(addresses, config);
    };
    const snapshots = await readSnapshots({ ...context, connection }, [
      others[0],
      strange,
      others[1],
    ]);
    expect(snapshots.get(strange)).to.have.property("error");
    for (const policy of others) expect(snapshots.get(policy)).to.have.property("snapshot");
    const member = { policy: strange, milestoneIndex: 0, action: "executePayment" as const };
    const decision = decide({ member, dueAt: null, attempts: 0 }, { snapshot: {} as never }, []);
    expect(decision).to.have.nested.property("verdict.kind", "unknown");
  });

  const status = { slot: 1, confirmations: null, err: null, confirmationStatus: "finalized" };
  for (const [name, fault] of [
    [
      "is stuck at an old height",
      async (request, next) => (request.method === "getEpochInfo" ? seen(request, 1) : next()),
    ],
    [
      "claims that it landed",
      async (request, next) =>
        request.method === "getSignatureStatuses" ? inContext(request, [status]) : next(),
    ],
  ] as [string, Fault][]) {
    it(`given a transaction that never landed, when one RPC ${name}, then it is finally signed again`, async () => {
      const policy = await keeper.policy();
      await keeper.find();
      await keeper.enqueue();
      const rpcs = [liar, keeper.rpc];
      const drops: Fault = async (request, next) =>
        request.method === "sendTransaction" ? result(request, "1".repeat(88)) : next();
      keeper.rpc.fault = drops;
      liar.fault = async (request, next) =>
        request.method === "sendTransaction" ? drops(request, next) : fault(request, next);
      await keeper.worker({ rpcs, maxRounds: 2 }).pass();
      expect(await keeper.attempts()).to.deep.equal(["signed"]);
      keeper.rpc.fault = null;
      await keeper.chain.warpToSlot(keeper.chain.slot() + 2_000n);
      await keeper.runToEnd({ rpcs, maxRounds: 2 });
      expect(keeper.payments(policy)).to.deep.equal([1]);
    });
  }
});

interface Found {
  pubkey: string;
  account: { data: [string, string] };
}

describe("attacks: the chain's clock", () => {
  it("given one answer of the far future, when honest ones follow, then their time counts within a minute", async () => {
    const chain = new FakeChain();
    const timers = new ManualTimers();
    const clock = new ChainClock({ connection: chain.asConnection(), timers });
    const honest = chain.slot;
    chain.slot = FAR;
    chain.setTime(NOW - 1_000_000n);
    expect((await clock.time()).now).to.equal(NOW - 1_000_000n);
    chain.slot = honest;
    chain.setTime(NOW);
    timers.pass(59_000);
    expect((await clock.time()).now).to.equal(NOW - 1_000_000n);
    timers.pass(1_000);
    expect((await clock.time()).now).to.equal(NOW);
  });
});
