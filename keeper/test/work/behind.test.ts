import { expect } from "chai";
import type { WorkerOptions } from "../../src/work/worker-options";
import type { Fault } from "../harness/work-chain";
import { WorkWorld } from "../harness/work-world";

/** Node that shows the accounts as they were at its first answer: as of then, or, when it lies, as of now. */
class OldNode {
  private readonly before = new Map<string, unknown>();
  private slot: number | null = null;
  isBehind = false;

  constructor(private readonly lies: boolean) {}

  readonly fault: Fault = async (request, next) => {
    const answer = (await next()) as Accounts;
    if (request.method !== "getMultipleAccounts") return answer;
    const [addresses] = request.params as [string[]];
    const { context, value } = answer.result;
    this.slot ??= context.slot;
    addresses.forEach((address, index) => {
      if (!this.before.has(address)) this.before.set(address, value[index]);
      if (this.isBehind) value[index] = this.before.get(address);
    });
    if (this.isBehind && !this.lies) context.slot = this.slot;
    return answer;
  };
}

interface Accounts {
  result: { context: { slot: number }; value: unknown[] };
}

describe("work: an RPC whose accounts are behind", () => {
  let keeper: WorkWorld;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
  });
  afterEach(() => keeper.close());

  /** The SDK retries a node that lags for 15 seconds, which pass at once. */
  function settings(): Partial<WorkerOptions> {
    let time = 0;
    const clock = { now: () => time, sleep: async (ms: number) => void (time += ms) };
    return {
      context: { ...keeper.context(), clock },
      newestSlot: () => Number(keeper.chain.slot()),
    };
  }

  for (const lies of [false, true]) {
    it(`postpones a policy by seconds and blames none, ${lies ? "when the answer claims the newest slot" : "by the answer's slot"}, and pays it when the RPC has caught up`, async () => {
      const policy = await keeper.policy(2);
      const node = new OldNode(lies);
      keeper.rpc.fault = node.fault;
      await keeper.find();
      await keeper.enqueue();
      // The first milestone is paid, and the node still has the accounts from before.
      await keeper.worker(settings()).pass();
      expect(keeper.payments(policy)).to.deep.equal([1]);
      node.isBehind = true;
      await keeper.chain.warpToSlot(keeper.chain.slot() + 1n);
      await keeper.find();
      for (let round = 0; round < 3; round += 1) {
        await keeper.enqueue();
        await keeper.worker(settings()).pass();
        const row = await keeper.row(policy);
        expect(row).to.include({ state: "scheduled", reason: "RpcBehind", attempts: 0 });
        const [{ seconds }] = (await keeper.database.query<{ seconds: number }>(
          "SELECT extract(epoch FROM not_before - updated_at)::float8 AS seconds FROM milepost_keeper.policies",
        )) as [{ seconds: number }];
        expect(seconds).to.be.within(1, 5);
        await keeper.elapse(6);
      }
      expect(keeper.failures(policy)).to.equal(0);
      node.isBehind = false;
      await keeper.enqueue();
      await keeper.worker(settings()).pass();
      expect(keeper.payments(policy)).to.deep.equal([1, 1]);
    });
  }

  it("pays policies that were seen long ago from any node, beside one that was seen just now", async () => {
    const [fresh, old] = [await keeper.policy(), await keeper.policy()];
    await keeper.find();
    await keeper.database.query(
      "UPDATE milepost_keeper.policies SET seen_slot = CASE WHEN address = $1 THEN $2::bigint ELSE 1 END",
      [fresh, Number(keeper.chain.slot()) + 5],
    );
    await keeper.enqueue();
    await keeper.worker(settings()).pass();
    expect(keeper.payments(old)).to.deep.equal([1]);
    expect(keeper.payments(fresh)).to.deep.equal([]);
    expect(await keeper.row(fresh)).to.include({ reason: "RpcBehind", attempts: 0 });
  });

  it("pays a policy whose slot of the far future was made up", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.database.query("UPDATE milepost_keeper.policies SET seen_slot = 9000000000");
    await keeper.enqueue();
    await keeper.worker(settings()).pass();
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });
});
