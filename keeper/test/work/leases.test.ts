import { expect } from "chai";
import type { Lease } from "../../src/queue/leases";
import { outcomesOf } from "../../src/store/outcomes";
import { backOff } from "../../src/store/policies";
import type { WorkQueue } from "../../src/work/worker-options";
import { WorkWorld } from "../harness/work-world";

const GONE = Object.assign(new Error("terminating connection"), { code: "57P01" });

describe("work: leases when the database fails", () => {
  let keeper: WorkWorld;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
  });
  afterEach(() => keeper.close());

  /** Returns the queue, some of whose calls fail while `isAway`. */
  function failing(...calls: readonly (keyof WorkQueue)[]) {
    const { queue } = keeper;
    const state = { isAway: true };
    const call =
      <T>(name: keyof WorkQueue, work: (leases: readonly Lease[]) => Promise<T>) =>
      async (leases: readonly Lease[]) => {
        if (state.isAway && leases.length > 0 && calls.includes(name)) throw GONE;
        return work(leases);
      };
    const broken: WorkQueue = {
      fetch: (limit) => queue.fetch(limit),
      held: call("held", (leases) => queue.held(leases)),
      fence: (transaction, leases) => queue.fence(transaction, leases),
      complete: call("complete", (leases) => queue.complete(leases)),
      release: call("release", (leases) => queue.release(leases)),
    };
    return { broken, state };
  }

  async function expectPaidOnce(...policies: string[]): Promise<void> {
    for (const policy of policies) {
      expect(keeper.payments(policy), policy).to.deep.equal([1]);
      expect(keeper.failures(policy), policy).to.equal(0);
      expect(await outcomesOf(keeper.database, policy)).to.have.length(1);
    }
  }

  it("given a payment whose lease can't be completed, when the pass fails, then the lease is given back, and it is paid once", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    const { broken } = failing("complete");
    const [failed] = await Promise.allSettled([keeper.worker({ queue: broken }).pass()]);
    expect(failed).to.have.property("reason", GONE);
    expect(await keeper.queue.depth()).to.deep.equal({ queued: 1, active: 0 });
    expect(await keeper.worker().pass()).to.deep.equal({ leased: 1, ended: 1 });
    await expectPaidOnce(policy);
    expect(await keeper.queue.depth()).to.deep.equal({ queued: 0, active: 0 });
  });

  it("given leases on policies that are over, when they can't be completed, then they are given back", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    await keeper.database.query("UPDATE milepost_keeper.policies SET state = 'waiting'");
    const { broken } = failing("complete");
    const [failed] = await Promise.allSettled([keeper.worker({ queue: broken }).pass()]);
    expect(failed).to.have.property("reason", GONE);
    expect(await keeper.queue.depth()).to.deep.equal({ queued: 1, active: 0 });
    expect(keeper.payments(policy)).to.deep.equal([]);
  });

  it("given leases that can't even be given back, when the database is there again, then the next pass does so first, and all is paid once", async () => {
    const policies = [await keeper.policy(), await keeper.otherPolicy("a")];
    await keeper.find();
    await keeper.enqueue();
    const { broken, state } = failing("held", "complete", "release");
    const worker = keeper.worker({ queue: broken });
    const [failed] = await Promise.allSettled([worker.pass()]);
    expect(failed).to.have.property("reason", GONE);
    expect(await keeper.queue.depth()).to.deep.equal({ queued: 0, active: 2 });
    const [again] = await Promise.allSettled([worker.pass()]);
    expect(again).to.have.property("reason", GONE);
    state.isAway = false;
    expect(await worker.pass()).to.deep.equal({ leased: 2, ended: 2 });
    await expectPaidOnce(...policies);
  });

  it("given a lease that could not be given back and was then taken over, when the first worker is back, then the second keeps it", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    const { broken, state } = failing("held", "release");
    const worker = keeper.worker({ queue: broken });
    await Promise.allSettled([worker.pass()]);
    await keeper.elapse(400);
    const [taken] = await keeper.queue.fetch(10);
    state.isAway = false;
    expect(await worker.pass()).to.deep.equal({ leased: 0, ended: 0 });
    expect(await keeper.queue.held([taken!])).to.deep.equal([taken]);
    await backOff(keeper.database, { policy, milestoneIndex: 0 }, 0, "again");
    await keeper.queue.complete([taken!]);
    await keeper.runToEnd();
    await expectPaidOnce(policy);
  });
});
