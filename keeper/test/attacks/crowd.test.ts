/** Attacks by crowds: permanent failures delay no other payment. */
import { expect } from "chai";
import { createRevokeInstruction } from "@solana/spl-token";
import { checkWatched } from "../../src/find/read-watches";
import { readStatus, renderStatus } from "../../src/status/status";
import { openQueue } from "../../src/queue/leases";
import { backOff, upsertPlans } from "../../src/store/policies";
import { addressOf, NOW, plan, underfunded } from "../harness/plans";
import { migratedDatabase, type TestDatabase } from "../harness/test-database";
import { FaultyConnection } from "../harness/work-chain";
import { WorkWorld } from "../harness/work-world";

describe("attacks: a crowd that was due for years", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await migratedDatabase();
    const { database } = test;
    const crowd = Array.from({ length: 50 }, (_, index) => `old ${index}`);
    const dueAt = -9_000_000_000_000_000_000n;
    await upsertPlans(
      database,
      crowd.map((name) => plan(name, { dueAt })),
    );
    for (const name of crowd) {
      for (let tries = 0; tries < 3; tries += 1) {
        await backOff(database, { policy: addressOf(name), milestoneIndex: 0 }, -1, "Unrecognized");
      }
    }
  });
  afterEach(() => test.drop());

  const honest = () => upsertPlans(test.database, [plan("honest"), plan("honest too")]);
  const mine = [addressOf("honest"), addressOf("honest too")];

  it("given a crowd that fails and is due again, when honest policies come due, then they are taken first", async () => {
    const queue = await openQueue(test.database);
    await honest();
    expect(await queue.enqueueDue(NOW, 2)).to.equal(2);
    const leases = await queue.fetch(10);
    expect(leases.map(({ policy }) => policy)).to.have.members(mine);
    await queue.stop();
  });

  it("given a crowd that is not covered, when the status is shown, then it fits a screen", async () => {
    const { database } = test;
    const many = Array.from({ length: 10_000 }, (_, index) => underfunded(`poor ${index % 9}`));
    const view = await readStatus({ database, chainNow: NOW, underfunded: many });
    const text = renderStatus(view, new Date());
    expect(text).to.include("and 9980 more");
    expect(text.split("\n")).to.have.length.below(100);
  });

  it("given a queue full of a crowd that fails, when honest policies come due, then they are worked on next", async () => {
    const queue = await openQueue(test.database);
    expect(await queue.enqueueDue(NOW, 1_000)).to.equal(50);
    await honest();
    await queue.enqueueDue(NOW, 1_000);
    const leases = await queue.fetch(2);
    expect(leases.map(({ policy }) => policy)).to.have.members(mine);
    // The others have their turn afterwards.
    expect(await queue.fetch(100)).to.have.length(50);
    await queue.stop();
  });
});

describe("attacks: a policy that is broken before every transaction and repaired after it", () => {
  let keeper: WorkWorld;
  let poison: string;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
    poison = await keeper.policy();
  });
  afterEach(() => keeper.close());

  const honest = (label: string) => keeper.otherPolicy(label);
  const revoke = async () => {
    const { tokens } = keeper.world;
    const owner = keeper.world.key("owner");
    await keeper.world.expectOk([createRevokeInstruction(tokens.owner, owner)], "owner");
  };
  const repair = () => keeper.world.expectOk([keeper.world.syncDelegation()], "owner");

  /** Passes a minute of the keeper's life, in which every transaction with the policy in it fails. */
  async function minute(): Promise<void> {
    keeper.rpc.fault = async (request, next) => {
      if (request.method === "sendTransaction") await revoke();
      return next();
    };
    await keeper.elapse(60);
    await keeper.chain.warpToSlot(keeper.chain.slot() + 150n);
    await keeper.find();
    await checkWatched(
      { connection: new FaultyConnection(keeper.chain), database: keeper.database },
      100,
    );
    await keeper.enqueue();
    await keeper.worker({ random: () => 0.999 }).pass();
    keeper.rpc.fault = null;
    await repair();
  }

  it("given two hours of such attacks, when the keeper goes on, then it has paid the fees of a few tries, and pays the policy when the attack is over", async () => {
    for (let minutes = 0; minutes < 120; minutes += 1) await minute();
    expect(keeper.failures(poison)).to.be.within(3, 9);
    await keeper.runToEnd();
    expect(keeper.payments(poison)).to.deep.equal([1]);
  });

  it("given such a policy that has failed before, when others come due, then none of their transactions fails", async () => {
    await minute();
    expect(keeper.failures(poison)).to.equal(1);
    const others = [await honest("a"), await honest("b")];
    await minute();
    expect(keeper.failures(poison)).to.equal(2);
    for (const policy of others) {
      expect(keeper.payments(policy)).to.deep.equal([1]);
      expect(keeper.failures(policy)).to.equal(0);
    }
  });
});
