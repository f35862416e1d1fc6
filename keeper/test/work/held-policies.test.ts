import { expect } from "chai";
import { decodeEvents } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import type { Database } from "@milepost/database";
import { DAY, HeldPolicy, START } from "../../../tests/world";
import { finishAttempt, openAttempts } from "../../src/store/attempts";
import { outcomesOf } from "../../src/store/outcomes";
import { dropped } from "../harness/work-chain";
import { WorkWorld } from "../harness/work-world";

describe("work: held policies, and policies that are gone", () => {
  let keeper: WorkWorld;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
  });
  afterEach(() => keeper.close());

  const held = () =>
    HeldPolicy.ready(keeper.world, {
      schedule: { amounts: [1_000_000n], timestamps: [START], releaseCondition: 4 },
    });

  it("given a submission, when the owner is silent to the end of the review, then the keeper releases it, not earlier", async () => {
    const one = await held();
    const policy = one.policy.address.toBase58();
    await keeper.world.expectOk([one.submit(0)], "recipient");
    await keeper.chain.setTime(START + 7n * DAY - 1n);
    await keeper.runToEnd();
    expect(await one.state(0)).to.equal("Submitted");
    expect(keeper.failed).to.deep.equal([]);
    await keeper.chain.setTime(START + 7n * DAY);
    await keeper.runToEnd();
    expect(await one.state(0)).to.equal("Released");
    expect(keeper.failed).to.deep.equal([]);
    expect(await keeper.attempts()).to.deep.equal(["landed"]);
    expect(await outcomesOf(keeper.database, policy)).to.have.length(1);
    expect(await one.held()).to.equal(0n);
  });

  it("given a mediation, when it times out, then the keeper executes the agreed split, once and not earlier", async () => {
    const one = await held();
    const policy = one.policy.address.toBase58();
    const { world } = keeper;
    await world.expectOk([one.submit(0)], "recipient");
    await world.expectOk([one.dispute(0)], "owner");
    await world.expectOk([one.requestMediation(0)], "owner");
    await keeper.chain.setTime(START + 14n * DAY - 1n);
    await keeper.runToEnd();
    expect(await one.state(0)).to.equal("Mediation");
    await keeper.chain.setTime(START + 14n * DAY);
    const other = await keeper.otherPolicy("beside it");
    await keeper.runToEnd();
    expect(await one.state(0)).to.equal("Resolved");
    expect(await one.held()).to.equal(0n);
    expect(keeper.payments(other)).to.deep.equal([1]);
    const [outcome] = await outcomesOf(keeper.database, policy);
    expect(outcome!.dueAt).to.equal(START + 14n * DAY);
    const { execution } = keeper.chain.landedTransaction(outcome!.signature)!;
    const names = decodeEvents(execution.logs).events.map(({ name }) => name);
    expect(names).to.include("MilestoneFinalized").and.to.include("PaymentExecuted");
    expect(keeper.failed).to.deep.equal([]);
  });

  it("given a policy that was deleted after it was queued, when its batch is worked on, then it is over and the others are paid", async () => {
    const [gone, stays] = [await keeper.policy(), await keeper.policy()];
    await keeper.find();
    await keeper.enqueue();
    await keeper.world.expectOk([keeper.world.deletePolicy(new PublicKey(gone))], "owner");
    await keeper.worker().pass();
    expect(keeper.failed.map(({ verdict }) => verdict)).to.deep.equal([
      { kind: "terminal", reason: "PolicyDeleted" },
    ]);
    expect(keeper.payments(stays)).to.deep.equal([1]);
    expect((await keeper.row(gone)).state).to.equal("done");
  });

  it("given an attempt of a policy that is over, when a worker recovers, then its end is recorded although no worker holds a lease", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    keeper.rpc.fault = dropped;
    await keeper.worker({ maxRounds: 2 }).pass();
    const [attempt] = await openAttempts(keeper.database, 10);
    await keeper.chain.sendRaw(attempt!.wire);
    await keeper.find();
    keeper.rpc.fault = null;
    expect(await keeper.worker().recover()).to.equal(1);
    expect(await keeper.attempts()).to.deep.equal(["landed"]);
    expect(await outcomesOf(keeper.database, policy)).to.have.length(1);
    expect(await keeper.worker().recover()).to.equal(0);
  });

  it("given a database that fails in the middle of a pass, when it is back, then the leases are free and everything is paid once", async () => {
    const policies = [await keeper.policy(), await keeper.otherPolicy("a")];
    await keeper.find();
    await keeper.enqueue();
    const broken: Database = {
      ...keeper.database,
      query: (text, values) => keeper.database.query(text, values),
      transaction: () => Promise.reject(Object.assign(new Error("gone"), { code: "57P01" })),
    };
    const [failed] = await Promise.allSettled([keeper.worker({ database: broken }).pass()]);
    expect(failed).to.have.nested.property("reason.code", "57P01");
    expect(await keeper.queue.depth()).to.deep.equal({ queued: 2, active: 0 });
    expect(keeper.rpc.count("sendTransaction")).to.equal(0);
    await keeper.worker().pass();
    for (const policy of policies) expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  it("given a payment after which the finder sees the next milestone first, when its end is recorded, then its own due time is known, also to another worker", async () => {
    for (const isLost of [false, true]) {
      const policy = await keeper.policy(2);
      await keeper.find();
      await keeper.enqueue();
      const pass = keeper
        .worker({
          crash: async (point) => {
            if (point !== "after-confirm") return;
            await keeper.chain.warpToSlot(keeper.chain.slot() + 1n);
            await keeper.find();
            if (isLost) throw new Error("lost");
          },
        })
        .pass();
      const [ended] = await Promise.allSettled([pass]);
      expect(ended.status).to.equal(isLost ? "rejected" : "fulfilled");
      if (isLost) await keeper.worker().recover();
      const [outcome] = await outcomesOf(keeper.database, policy);
      expect(outcome!.dueAt).to.equal(START);
      expect(outcome!.executedAt).to.equal(keeper.chain.now());
    }
  });

  it("given an end that another worker recorded first, when it is recorded again, then no event is repeated", async () => {
    const policy = await keeper.policy();
    await keeper.find();
    await keeper.enqueue();
    await keeper
      .worker({
        crash: async (point) => {
          if (point !== "after-confirm") return;
          await keeper.worker().recover();
        },
      })
      .pass();
    expect(keeper.payments(policy)).to.deep.equal([1]);
    expect(keeper.executed).to.have.length(1);
    const { signature } = keeper.executed[0]!;
    expect(await finishAttempt(keeper.database, signature, { state: "landed" })).to.deep.equal([]);
  });
});
