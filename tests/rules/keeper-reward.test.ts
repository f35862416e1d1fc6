/** The reward that a gateway pays to the executor of a delegated policy, out of its own fee. (docs/decisions/0005-keeper-reward.md) */
import { expect } from "chai";
import {
  claim,
  expectEvents,
  expectRefused,
  gains,
  payable,
  Person,
  setReward,
  START,
  toBigInt,
  World,
} from "../world";

const U64_MAX = 2n ** 64n - 1n;

describe("setting a keeper reward", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create({ gatewayFeeBps: 1_000 });
  });
  const bytes = async () => (await world.chain.getAccount(world.gateway))!.data;
  const share = async () =>
    (await world.decode("PaymentGateway", world.gateway))["keeper_reward_bps"];

  for (const bps of [1, 258, 10_000, 0]) {
    it(`given ${bps} bps then these two bytes and the time of the update change, and an event says so`, async () => {
      const expected = Buffer.from(await bytes());
      expected.writeUInt16LE(bps, 255);
      expected.writeBigInt64LE(START + 7n, 247);
      await world.chain.setTime(START + 7n);
      const { logs } = await setReward(world, bps);
      expect((await bytes()).toString("hex")).to.equal(expected.toString("hex"));
      expectEvents(logs, [
        "KeeperRewardSet",
        { gateway: world.gateway, keeper_reward_bps: bps, updated_at: START + 7n },
      ]);
    });
  }

  it("given more than the whole fee then InvalidShareBps", async () => {
    for (const bps of [10_001, 65_535]) {
      const sent = world.setKeeperReward(bps);
      await expectRefused(world, [sent], ["gatewayAuthority"], "InvalidShareBps");
    }
  });

  it("given anyone but the authority then InvalidAuthority", async () => {
    for (const person of [
      "stranger",
      "gatewaySigner",
      "gatewayFees",
      "upgradeAuthority",
    ] as const) {
      const sent = world.setKeeperReward(1, { authority: world.key(person) });
      await expectRefused(world, [sent], [person], "InvalidAuthority");
    }
  });

  it("given an update of the gateway, or a paused program, then the reward stays and can be set", async () => {
    await setReward(world, 4_321);
    const update = { feeBps: 7, name: "another", feeRecipient: world.key("stranger") };
    await world.expectOk([world.updateGateway(update)], "gatewayAuthority");
    expect(await share()).to.equal(4_321);
    await world.expectOk([world.updateConfig({ isPaused: true })], "upgradeAuthority");
    await setReward(world, 1_234);
    expect(await share()).to.equal(1_234);
  });

  it("given a gateway that is closed and created again then no reward", async () => {
    await setReward(world, 10_000);
    await world.expectOk([world.closeGateway(), world.createGateway()], "gatewayAuthority");
    expect(await share()).to.equal(0);
  });
});

describe("a keeper's reward", () => {
  let world: World;
  before(async () => {
    world = await World.create({ balance: U64_MAX, gatewayFeeBps: 1_000, protocolFeeBps: 500 });
  });
  for (const bps of [0, 1, 3_333, 5_000, 9_999, 10_000]) {
    it(`given ${bps} bps then exact to the last unit, and out of the gateway's fee alone`, async () => {
      await setReward(world, bps);
      for (const amount of [9n, 10n, 19n, 30n, 99_999n, 100_000n, 123_456_789n, 2n ** 60n + 1n]) {
        const policy = await payable(world, [amount]);
        const fee = (amount * 1_000n) / 10_000n;
        const protocol = (amount * 500n) / 10_000n;
        const keeper = (fee * BigInt(bps)) / 10_000n;
        const gained = await gains(world, () =>
          world.expectOk([claim(world, policy.address)], "stranger"),
        );
        expect(gained, `amount ${amount}`).to.deep.equal({
          recipient: amount - fee - protocol,
          gateway: fee - keeper,
          protocol,
          keeper,
        });
        const after = await world.decode("PaymentPolicy", policy.address);
        expect(toBigInt(after["total_paid"])).to.equal(amount);
        await world.expectOk([world.deletePolicy(policy.address)], "owner");
      }
    });
  }

  it("given another share between two executions then each pays by the one of its moment", async () => {
    const policy = await payable(world, [10_000n, 10_000n, 10_000n]);
    for (const [index, bps] of [2_000, 10_000, 0].entries()) {
      await setReward(world, bps);
      const gained = await gains(world, () =>
        world.expectOk([claim(world, policy.address, index)], "stranger"),
      );
      const keeper = BigInt(bps) / 10n;
      expect(gained).to.include({ gateway: 1_000n - keeper, keeper, recipient: 8_500n });
    }
  });

  it("given each condition's signer then any executor claims, for any account", async () => {
    await setReward(world, 2_500);
    for (const [releaseCondition, person] of [
      [0, "stranger"],
      [2, "gatewaySigner"],
      [4, "owner"],
      [8, "recipient"],
    ] as [number, Person][]) {
      const { address } = await world.createPolicy({
        amounts: [10_000n],
        timestamps: [START],
        releaseCondition,
      });
      const executor = world.key(person);
      const sent = claim(world, address, 0, { executor });
      const gained = await gains(world, () => world.expectOk([sent], person));
      expect(gained, person).to.include({ keeper: 250n, gateway: 750n });
    }
  });

  it("given events then what the gateway was charged, and the reward after it", async () => {
    await setReward(world, 2_500);
    const policy = await payable(world, [10_000n]);
    const sent = claim(world, policy.address);
    const { logs } = await world.expectOk([sent], "stranger");
    const after = await world.decode("PaymentPolicy", policy.address);
    const { committed } = await world.decode("UserPayment", world.userPayment);
    expectEvents(
      logs,
      [
        "PaymentExecuted",
        {
          policy: policy.address,
          executor: world.key("stranger"),
          milestone_index: 0,
          amount: 10_000n,
          recipient_amount: 8_500n,
          gateway_fee: 1_000n,
          protocol_fee: 500n,
          current_milestone: 1,
          status: { Paused: {} },
          total_paid: 10_000n,
          committed,
          executed_at: after["updated_at"],
        },
      ],
      [
        "KeeperRewarded",
        {
          policy: policy.address,
          milestone_index: 0,
          executor: world.key("stranger"),
          keeper_token_account: world.tokens.stranger,
          amount: 250n,
        },
      ],
    );
    const unclaimed = await payable(world, [10_000n]);
    const silent = world.executePayment(unclaimed.address, 0, world.feeAccounts());
    const result = await world.expectOk([silent], "stranger");
    expect(result.logs.filter((line) => line.startsWith("Program data: "))).to.have.length(1);
  });

  it("given a whole fee then the gateway's account is named as ever, and gets nothing", async () => {
    await setReward(world, 10_000);
    const policy = await payable(world, [10_000n]);
    const without = claim(world, policy.address, 0, { gateway_fee_account: null });
    await expectRefused(world, [without], ["stranger"], "InvalidGatewayFeeAccount");
    const gained = await gains(world, () =>
      world.expectOk([claim(world, policy.address)], "stranger"),
    );
    expect(gained).to.include({ gateway: 0n, keeper: 1_000n });
  });

  it("given both pauses, an early or a second claim then the errors of before, and no reward", async () => {
    await setReward(world, 10_000);
    const policy = await payable(world, [10_000n]);
    const sent = claim(world, policy.address);
    await world.expectOk([world.changeStatus(policy.address, "Paused")], "owner");
    await expectRefused(world, [sent], ["stranger"], "PolicyPaused");
    await world.expectOk([world.changeStatus(policy.address, "Active")], "owner");
    await world.expectOk([world.updateConfig({ isPaused: true })], "upgradeAuthority");
    await expectRefused(world, [sent], ["stranger"], "ProgramPaused");
    await world.expectOk([world.updateConfig({ isPaused: false })], "upgradeAuthority");
    await world.expectOk([sent], "stranger");
    await expectRefused(world, [sent], ["stranger"], "MilestoneAlreadyReleased");
    const due = world.chain.now() + 1n;
    const early = await world.createPolicy({ amounts: [10_000n], timestamps: [due] });
    await expectRefused(world, [claim(world, early.address)], ["stranger"], "PaymentNotDue");
  });
});
