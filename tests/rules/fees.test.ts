import { expect } from "chai";
import { MilestoneClient, MilestoneProgramError } from "@milepost/sdk";
import { expectError } from "../harness";
import { expectRefused, feeBalances, payable, START, toBigInt, transfer, World } from "../world";

const U64_MAX = 2n ** 64n - 1n;

/** The split by unbounded integers: fees floored, the recipient gets what is left. */
function exactSplit(amount: bigint, gatewayBps: number, protocolBps: number) {
  const gateway = (amount * BigInt(gatewayBps)) / 10_000n;
  const protocol = (amount * BigInt(protocolBps)) / 10_000n;
  return { recipient: amount - gateway - protocol, gateway, protocol };
}

const setFees = async (world: World, gatewayBps: number, protocolBps: number): Promise<void> => {
  await world.expectOk([world.updateGateway({ feeBps: gatewayBps })], "gatewayAuthority");
  await world.expectOk([world.updateConfig({ protocolFeeBps: protocolBps })], "upgradeAuthority");
};

describe("the split of a milestone", () => {
  let world: World;
  before(async () => {
    world = await World.create({ balance: U64_MAX });
  });

  for (const gatewayBps of [0, 1, 499, 500, 999, 1_000]) {
    for (const protocolBps of [0, 1, 499, 500]) {
      it(`given ${gatewayBps} bps for the gateway and ${protocolBps} for the protocol then exact to the last unit, from 1 to u64::MAX`, async () => {
        await setFees(world, gatewayBps, protocolBps);
        for (const amount of [1n, 9n, 10n, 9_999n, 10_000n, 10_001n, U64_MAX - 1n, U64_MAX]) {
          const policy = await payable(world, [amount]);
          const expected = exactSplit(amount, gatewayBps, protocolBps);
          await world.expectOk(
            [
              world.executePayment(policy.address, 0, {
                // An account only where a fee is due.
                gateway_fee_account: expected.gateway > 0n ? world.tokens.gatewayFees : null,
                protocol_fee_account: expected.protocol > 0n ? world.tokens.protocolFees : null,
              }),
            ],
            "stranger",
          );
          expect(await feeBalances(world), `amount ${amount}`).to.deep.equal(expected);
          expect(expected.recipient + expected.gateway + expected.protocol).to.equal(amount);
          expect(await world.balance("owner")).to.equal(U64_MAX - amount);
          const after = await world.decode("PaymentPolicy", policy.address);
          expect(toBigInt(after["total_paid"])).to.equal(amount);

          await world.expectOk([world.deletePolicy(policy.address)], "owner");
          for (const [person, balance] of [
            ["recipient", expected.recipient],
            ["gatewayFees", expected.gateway],
            ["protocolFees", expected.protocol],
          ] as const) {
            if (balance > 0n) await transfer(world, person, "owner", balance);
          }
        }
      });
    }
  }

  it("given four milestones then each is split on its own", async () => {
    await setFees(world, 1_000, 500);
    const amounts = [19n, 19n, 20n, 199n];
    const policy = await payable(world, amounts);
    for (const [index, amount] of amounts.entries()) {
      const before = await feeBalances(world);
      await world.expectOk(
        [world.executePayment(policy.address, index, world.feeAccounts())],
        "stranger",
      );
      const after = await feeBalances(world);
      expect({
        recipient: after.recipient - before.recipient,
        gateway: after.gateway - before.gateway,
        protocol: after.protocol - before.protocol,
      }).to.deep.equal(exactSplit(amount, 1_000, 500));
    }
  });
});

describe("fee changes", () => {
  it("given a policy when both fees are raised then it keeps its own, and needs no fee accounts", async () => {
    const world = await World.create();
    const policy = await payable(world, [10_000n]);
    const before = await world.chain.getAccount(policy.address);
    await setFees(world, 1_000, 500);
    expect(await world.chain.getAccount(policy.address)).to.deep.equal(before);
    await world.expectOk([world.executePayment(policy.address, 0)], "stranger");
    expect(await feeBalances(world)).to.deep.equal({
      recipient: 10_000n,
      gateway: 0n,
      protocol: 0n,
    });

    const later = await payable(world, [10_000n]);
    await world.expectOk([world.executePayment(later.address, 0, world.feeAccounts())], "stranger");
    expect(await feeBalances(world)).to.deep.equal({
      recipient: 18_500n,
      gateway: 1_000n,
      protocol: 500n,
    });
  });

  it("given a half-paid policy when both fees are dropped then the rest still pays what was agreed", async () => {
    const world = await World.create({ gatewayFeeBps: 1_000, protocolFeeBps: 500 });
    const policy = await payable(world, [10_000n, 10_000n]);
    const execute = (index: number) =>
      world.executePayment(policy.address, index, world.feeAccounts());
    await world.expectOk([execute(0)], "stranger");
    await setFees(world, 0, 0);
    const bare = world.executePayment(policy.address, 1);
    await expectRefused(world, [bare], ["stranger"], "InvalidGatewayFeeAccount", [policy.address]);
    await world.expectOk([execute(1)], "stranger");
    expect(await feeBalances(world)).to.deep.equal({
      recipient: 17_000n,
      gateway: 2_000n,
      protocol: 1_000n,
    });
    const { protocol_fee_bps, gateway_fee_bps } = await world.decode(
      "PaymentPolicy",
      policy.address,
    );
    expect({ protocol_fee_bps, gateway_fee_bps }).to.deep.equal({
      protocol_fee_bps: 500,
      gateway_fee_bps: 1_000,
    });
  });
});

describe("the most that an owner agrees to pay in fees", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create({ gatewayFeeBps: 100, protocolFeeBps: 50 });
  });

  for (const [who, raise] of [
    ["gateway", () => setFees(world, 101, 50)],
    ["protocol", () => setFees(world, 100, 51)],
  ] as const) {
    it(`given a creation signed at today's fees when the ${who} raises its fee before it lands then FeeAboveMaximum`, async () => {
      const { address } = await world.nextPolicy();
      const create = world.createMilestonePolicy(
        {
          amounts: [10_000n],
          timestamps: [START],
          releaseCondition: 0,
          maxGatewayFeeBps: 100,
          maxProtocolFeeBps: 50,
        },
        address,
      );
      await raise();
      await expectRefused(world, [create], ["owner"], "FeeAboveMaximum", [address]);
      await setFees(world, 100, 50);
      await world.expectOk([create], "owner");
    });
  }

  it("given the SDK then it agrees to the fees it read, and says so before sending when asked for less", async () => {
    const sdk = new MilestoneClient(world.chain.connection, world.people.owner);
    const create = (options = {}) =>
      sdk.createMilestone(
        world.mint,
        world.key("recipient"),
        world.gateway,
        [10_000n],
        [],
        0,
        undefined,
        options,
      );
    const instructions = await create();
    await setFees(world, 1_000, 50);
    const late = await world.send(instructions, "owner");
    expectError(late, "FeeAboveMaximum");
    const refused = await create({ maxGatewayFeeBps: 999 }).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(MilestoneProgramError);
    expect((refused as MilestoneProgramError).programErrorName).to.equal("FeeAboveMaximum");
    await world.expectOk(await create(), "owner");
  });
});
