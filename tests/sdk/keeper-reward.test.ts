/** A keeper's reward through the SDK: set by the gateway, seen beforehand, claimed alone and in a batch of several mints. */
import { expect } from "chai";
import { Keypair, PublicKey } from "@solana/web3.js";
import { TOKEN_2022_PROGRAM_ID } from "@solana/spl-token";
import { decodeEvents, MilestoneClient, MilestoneProgramError } from "@milepost/sdk";
import { balanceOf, freeze, HeldPolicy, payable, World } from "../world";
import { createMint, createTokenAccount, fundedTokenAccount, TestMint } from "../harness";

const AMOUNT = 1_000_000n;

function clientOf(world: World, keypair: Keypair): MilestoneClient {
  return new MilestoneClient(world.chain.connection, {
    publicKey: keypair.publicKey,
    signTransaction: async (transaction) => {
      if (!("version" in transaction)) throw new Error("the SDK sends versioned transactions");
      transaction.sign([keypair]);
      return transaction;
    },
  });
}

describe("the SDK on a chain: a keeper's reward", () => {
  let world: World;
  let keeper: MilestoneClient;
  beforeEach(async () => {
    world = await World.create({ gatewayFeeBps: 1_000, protocolFeeBps: 100 });
    keeper = clientOf(world, world.people.stranger);
    const gateway = clientOf(world, world.people.gatewayAuthority);
    await gateway.send(await gateway.setKeeperReward({ keeperRewardBps: 2_500 }));
  });

  it("given the gateway's share then a report says it, an execution claims it, and the event is what arrived", async () => {
    expect((await keeper.getPaymentGateway(world.gateway)).keeperRewardBps).to.equal(2_500);
    const { address } = await payable(world, [AMOUNT]);
    const { keeperReward } = await keeper.explainRelease(address);
    expect(keeperReward?.toNumber()).to.equal(25_000);

    const instructions = await keeper.executePayment(address, undefined, undefined, undefined, {
      keeperTokenAccount: world.tokens.stranger,
    });
    const { logs } = await world.expectOk(instructions, "stranger");
    expect(await world.balance("stranger")).to.equal(25_000n);
    expect(await world.balance("gatewayFees")).to.equal(75_000n);
    const [executed, rewarded] = decodeEvents(logs).events;
    expect(executed?.name).to.equal("PaymentExecuted");
    if (rewarded?.name !== "KeeperRewarded") return expect.fail(String(rewarded?.name));
    expect(rewarded.data.amount.toString()).to.equal(String(keeperReward));
    expect(rewarded.data.keeperTokenAccount.equals(world.tokens.stranger)).to.equal(true);
  });

  it("given a batch of two mints, held and delegated, then each pays into the keeper's account of its mint", async () => {
    const { chain } = world;
    const delegated = await payable(world, [AMOUNT]);
    const held = await HeldPolicy.ready(world, {
      schedule: { amounts: [AMOUNT], timestamps: [0n], releaseCondition: 0 },
    });
    const other = await createMint(chain, { program: TOKEN_2022_PROGRAM_ID });
    const foreign = await policyOf(other);
    const rewards = await createTokenAccount(chain, other, world.key("stranger"));

    const policies = [delegated.address, held.policy.address, foreign];
    const lone = await keeper.packExecutions(policies, {
      keeperTokenAccounts: [world.tokens.stranger],
    });
    const claims = (groups: typeof lone) =>
      groups.flatMap(({ executions }) => executions.map((one) => one.keeperReward.toNumber()));
    expect(claims(lone), "no account of the other mint").to.deep.equal([25_000, 25_000, 0]);

    const groups = await keeper.packExecutions(policies, {
      keeperTokenAccounts: [rewards, world.tokens.stranger],
    });
    expect(claims(groups)).to.deep.equal([25_000, 25_000, 25_000]);
    for (const { instructions } of groups) await keeper.send(instructions);
    expect(await world.balance("stranger")).to.equal(50_000n);
    expect(await balanceOf(world, rewards)).to.equal(25_000n);
  });

  it("given an account that got frozen after it was read then the batch can go without it", async () => {
    const { address } = await payable(world, [AMOUNT]);
    const keeperTokenAccounts = [world.tokens.stranger];
    const [claiming] = await keeper.packExecutions([address], { keeperTokenAccounts });
    await freeze(world, world.tokens.stranger);
    const error = await keeper.send(claiming!.instructions).then(
      () => expect.fail("a frozen account was paid"),
      (refusal: unknown) => refusal,
    );
    expect(error).to.be.instanceOf(MilestoneProgramError);
    expect((error as MilestoneProgramError).programErrorName).to.equal("TokenAccountFrozen");
    const [waiving] = await keeper.packExecutions([address], { keeperTokenAccounts });
    await keeper.send(waiving!.instructions);
    expect(await world.balance("gatewayFees")).to.equal(100_000n);
  });

  it("given an account of another mint then refused before anything is sent, as the program would", async () => {
    const { address } = await payable(world, [AMOUNT]);
    const other = await createMint(world.chain);
    const account = await fundedTokenAccount(world.chain, other, world.key("stranger"), 0n);
    const prepare = (skipChecks: boolean) =>
      keeper.prepareExecution(address, { keeperTokenAccount: account, skipChecks });
    const origins = [];
    for (const skipChecks of [false, true]) {
      const error = await prepare(skipChecks)
        .then(({ instruction }) => keeper.send([instruction]))
        .then(
          () => expect.fail("an account of another mint was paid"),
          (refusal: unknown) => refusal as MilestoneProgramError,
        );
      expect(error.programErrorName).to.equal("InvalidKeeperTokenAccount");
      origins.push(error.origin);
    }
    expect(origins).to.deep.equal(["sdk", "chain"]);
  });

  /** A policy of the owner's on `mint`, due and for anyone to release. */
  async function policyOf(mint: TestMint): Promise<PublicKey> {
    await fundedTokenAccount(world.chain, mint, world.key("owner"), AMOUNT);
    const owner = clientOf(world, world.people.owner);
    const { instructions, policy } = await owner.prepareMilestone(
      mint.address,
      world.key("recipient"),
      world.gateway,
      [AMOUNT],
      [],
      0,
    );
    await owner.send(instructions);
    return policy;
  }
});
