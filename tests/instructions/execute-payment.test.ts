import { expect } from "chai";
import { expectError } from "../harness";
import { Person, START, WEEK, World } from "../world";

const AMOUNTS = [50_000_000n, 100_000_000n, 100_000_000n, 50_000_000n];

describe("the milestone that an execution names", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
    await world.chain.setTime(START + 10n * WEEK);
  });

  it("given two approvals of one milestone in flight when both land then the next milestone stays untouched", async () => {
    const policy = await world.createPolicy({ releaseCondition: 4 });
    const approve = () => world.executePayment(policy.address, 0, { executor: world.key("owner") });
    // Both are signed before either lands, from two devices with two fee payers.
    const first = await world.sendFrom("payer", [approve()], "owner");
    expect(first.ok, first.logs.join("\n")).to.equal(true);
    await world.unchanged([policy.address], async () => {
      expectError(
        await world.sendFrom("stranger", [approve()], "owner"),
        "MilestoneAlreadyReleased",
      );
    });
    expect(await world.balance("recipient")).to.equal(AMOUNTS[0]);
  });

  it("given both approvals in one transaction then nothing moves at all", async () => {
    const policy = await world.createPolicy({ releaseCondition: 4 });
    const approve = () => world.executePayment(policy.address, 0, { executor: world.key("owner") });
    await world.unchanged([policy.address], async () => {
      expectError(await world.send([approve(), approve()], "owner"), "MilestoneAlreadyReleased");
    });
  });

  it("given an old approval when its very bytes are sent again then nothing moves", async () => {
    const policy = await world.createPolicy({ releaseCondition: 4 });
    const signed = world.chain.sign(
      [world.executePayment(policy.address, 0, { executor: world.key("owner") })],
      [world.people.owner],
      { feePayer: world.people.owner },
    );
    expect((await world.chain.sendRaw(signed.serialize())).ok).to.equal(true);
    await world.unchanged([policy.address], async () => {
      const again = await world.chain.sendRaw(signed.serialize());
      expect(again.ok).to.equal(false);
      expect(again.err).to.equal("AlreadyProcessed");
    });
    expect(await world.balance("recipient")).to.equal(AMOUNTS[0]);
  });

  it("given milestones ahead of the current one then MilestoneNotCurrent", async () => {
    const policy = await world.createPolicy({ releaseCondition: 0 });
    for (const index of [1, 2, 3, 4, 255]) {
      await world.unchanged([policy.address], async () => {
        expectError(
          await world.send([world.executePayment(policy.address, index)], "stranger"),
          "MilestoneNotCurrent",
        );
      });
    }
  });

  it("given a completed policy then it is paused, released milestones say so, others PolicyCompleted, and it never resumes", async () => {
    const policy = await world.createPolicy({ releaseCondition: 0 });
    for (const [index, amount] of AMOUNTS.entries()) {
      const before = await world.balance("recipient");
      await world.expectOk([world.executePayment(policy.address, index)], "stranger");
      expect((await world.balance("recipient")) - before).to.equal(amount);
    }
    const completed = await world.decode("PaymentPolicy", policy.address);
    expect(completed["status"]).to.deep.equal({ Paused: {} });
    await world.unchanged([policy.address], async () => {
      for (const index of [0, 1, 2, 3]) {
        expectError(
          await world.send([world.executePayment(policy.address, index)], "stranger"),
          "MilestoneAlreadyReleased",
        );
      }
      for (const index of [4, 5, 255]) {
        expectError(
          await world.send([world.executePayment(policy.address, index)], "stranger"),
          "PolicyCompleted",
        );
      }
      for (const status of ["Active", "Paused"] as const) {
        expectError(
          await world.send([world.changeStatus(policy.address, status)], "owner"),
          "PolicyCompleted",
        );
      }
    });
  });

  it("given one transaction with all four releases then four payments, in order", async () => {
    const policy = await world.createPolicy({ releaseCondition: 0 });
    await world.expectOk(
      [0, 1, 2, 3].map((index) => world.executePayment(policy.address, index)),
      "stranger",
    );
    expect(await world.balance("recipient")).to.equal(300_000_000n);
    expect((await world.delegation()).allowance).to.equal(0n);
  });

  const pausers: [
    string,
    (world: World, policy: { address: import("@solana/web3.js").PublicKey }) => Promise<void>,
    Person,
    string,
  ][] = [
    [
      "the owner",
      async (w, policy) => {
        await w.expectOk([w.changeStatus(policy.address, "Paused")], "owner");
      },
      "stranger",
      "PolicyPaused",
    ],
    [
      "the program's authority",
      async (w) => {
        await w.expectOk([w.updateConfig({ isPaused: true })], "upgradeAuthority");
      },
      "stranger",
      "ProgramPaused",
    ],
  ];
  for (const [who, pause, executor, error] of pausers) {
    it(`given a pause by ${who} when executed then ${error}, and the owner can still delete`, async () => {
      const policy = await world.createPolicy({ releaseCondition: 0 });
      await pause(world, policy);
      await world.unchanged([policy.address], async () => {
        expectError(await world.send([world.executePayment(policy.address, 0)], executor), error);
      });
      await world.expectOk([world.deletePolicy(policy.address)], "owner");
      expect(await world.chain.getAccount(policy.address)).to.equal(null);
    });
  }

  it("given a paused policy when resumed then it pays", async () => {
    const policy = await world.createPolicy({ releaseCondition: 0 });
    await world.expectOk([world.changeStatus(policy.address, "Paused")], "owner");
    await world.expectOk([world.changeStatus(policy.address, "Active")], "owner");
    await world.expectOk([world.executePayment(policy.address, 0)], "stranger");
    expect(await world.balance("recipient")).to.equal(AMOUNTS[0]);
  });
});
