/** One wallet in several places of a call, where that is legal: it works, and no one loses by it. */
import { expect } from "chai";
import {
  expectRefused,
  gatewayAddress,
  HeldPolicy,
  policyAddress,
  userPaymentAddress,
  World,
} from "../world";
import { mintTo } from "../harness";

const OPEN = { amounts: [1_000n, 2_000n], timestamps: [0n, 0n], releaseCondition: 0 };

describe("one wallet in several places, where that is legal", () => {
  it("given an owner who is the payer of everything then all of it comes back", async () => {
    const world = await World.create();
    const owner = world.key("stranger");
    await mintTo(world.chain, world.testMint, world.tokens.stranger, 10_000n);
    const accounts = {
      payer: owner,
      owner,
      rent_payer: owner,
      user_payment: userPaymentAddress(owner, world.mint),
      token_account: world.tokens.stranger,
    };
    const before = (await world.chain.getAccount(owner))?.lamports;
    await world.expectOk([world.createUserPayment(accounts)], "stranger");
    const { next_policy_id: id } = await world.decode("UserPayment", accounts.user_payment);
    const policy = policyAddress(accounts.user_payment, id as number);
    await world.expectOk([world.createMilestonePolicy(OPEN, policy, accounts)], "stranger");
    await world.expectOk([world.executePayment(policy, 0, accounts)], "stranger");
    await world.expectOk([world.deletePolicy(policy, accounts)], "stranger");
    await world.chain.warpToSlot(world.chain.slot() + 5_000n);
    await world.expectOk([world.closeUserPayment(accounts)], "stranger");
    expect((await world.chain.getAccount(owner))?.lamports).to.equal(before);
    expect(await world.balance("recipient")).to.equal(1_000n);
  });

  it("given an authority as the payer of its gateway then the rent comes back", async () => {
    const world = await World.create();
    const authority = world.key("stranger");
    const accounts = {
      payer: authority,
      authority,
      rent_payer: authority,
      gateway: gatewayAddress(authority),
    };
    const before = (await world.chain.getAccount(authority))?.lamports;
    await world.expectOk([world.createGateway({}, accounts)], "stranger");
    await world.expectOk([world.closeGateway(accounts)], "stranger");
    expect((await world.chain.getAccount(authority))?.lamports).to.equal(before);
  });

  it("given one account that receives the payment and both fees then it gets the whole amount", async () => {
    const world = await World.create({ gatewayFeeBps: 200, protocolFeeBps: 100 });
    const policy = await world.createPolicy(OPEN);
    const feeRecipient = world.key("recipient");
    await world.expectOk([world.updateGateway({ feeRecipient })], "gatewayAuthority");
    await world.expectOk([world.updateConfig({ feeRecipient })], "upgradeAuthority");
    await world.expectOk(
      [
        world.executePayment(policy.address, 0, {
          gateway_fee_account: world.tokens.recipient,
          protocol_fee_account: world.tokens.recipient,
        }),
      ],
      "stranger",
    );
    expect(await world.balance("recipient")).to.equal(1_000n);
  });

  it("given fees of zero then no fee account is read, and any may be left out", async () => {
    const world = await World.create();
    const policy = await world.createPolicy(OPEN);
    const strangers = world.tokens.stranger;
    await world.expectOk(
      [
        world.executePayment(policy.address, 0),
        world.executePayment(policy.address, 1, {
          gateway_fee_account: strangers,
          protocol_fee_account: strangers,
        }),
      ],
      "stranger",
    );
    expect(await world.balance("recipient")).to.equal(3_000n);
    expect(await world.balance("stranger")).to.equal(0n);
  });

  it("given an executor who is the fee payer, the owner and the payer of rent then the release works", async () => {
    const world = await World.create();
    const policy = await world.createPolicy(
      { ...OPEN, releaseCondition: 4 },
      { payer: world.key("owner") },
    );
    const execute = world.executePayment(policy.address, 0, { executor: world.key("owner") });
    const result = await world.sendFrom("owner", [execute]);
    expect(result.err, result.logs.join("\n")).to.equal(null);
    expect(await world.balance("recipient")).to.equal(1_000n);
  });

  it("given an owner who is the payer of the escrow then all of it comes back", async () => {
    const world = await World.create();
    const owner = world.key("owner");
    const before = (await world.chain.getAccount(owner))?.lamports;
    const own = { payer: owner, rent_payer: owner };
    const held = await HeldPolicy.create(world, OPEN);
    await world.expectOk([held.open({}, own)], "owner");
    await world.expectOk([held.fund(0, 2)], "owner");
    await world.expectOk([held.close(own)], "owner");
    expect((await world.chain.getAccount(owner))?.lamports).to.equal(before);
    expect(await world.balance("owner")).to.equal(1_000_000_000_000n);
  });

  it("given one account that receives a held milestone and all three fees then it gets what was funded", async () => {
    const world = await World.create({ gatewayFeeBps: 200, protocolFeeBps: 100 });
    const terms = { platformFeeBps: 250 };
    const held = await HeldPolicy.ready(world, { schedule: OPEN, terms });
    const feeRecipient = world.key("recipient");
    await world.expectOk([world.updateGateway({ feeRecipient })], "gatewayAuthority");
    await world.expectOk([world.updateConfig({ feeRecipient })], "upgradeAuthority");
    const one = {
      gateway_fee_account: world.tokens.recipient,
      protocol_fee_account: world.tokens.recipient,
    };
    await world.expectOk([held.approve(0, one)], "owner");
    // 1,000 and 2.5% on top.
    expect(await world.balance("recipient")).to.equal(1_025n);
    await world.expectOk([held.execute(1, one)], "stranger");
    expect(await world.balance("recipient")).to.equal(3_075n);
    expect(await held.held()).to.equal(0n);
  });

  it("given an owner who is both fee recipients then a split pays their part and the fees into one account", async () => {
    const world = await World.create({ gatewayFeeBps: 200, protocolFeeBps: 100 });
    const held = await HeldPolicy.ready(world, { schedule: OPEN });
    const feeRecipient = world.key("owner");
    await world.expectOk([world.updateGateway({ feeRecipient })], "gatewayAuthority");
    await world.expectOk([world.updateConfig({ feeRecipient })], "upgradeAuthority");
    const before = await world.balance("owner");
    const settle = held.settle(0, 600n, {
      gateway_fee_account: world.tokens.owner,
      protocol_fee_account: world.tokens.owner,
    });
    await world.expectOk([settle], "owner", "recipient");
    // 2% and 1% of 600, floored, and the other 400.
    expect(await world.balance("owner")).to.equal(before + 12n + 6n + 400n);
    expect(await world.balance("recipient")).to.equal(582n);
  });

  it("given a part of zero then no account for it is read, and any may be left out", async () => {
    const world = await World.create({ gatewayFeeBps: 200, protocolFeeBps: 100 });
    const held = await HeldPolicy.ready(world, { schedule: OPEN });
    const none = { gateway_fee_account: null, protocol_fee_account: null };
    const nothing = { ...none, recipient_token_account: null };
    await world.expectOk([held.settle(0, 0n, nothing)], "owner", "recipient");
    const all = held.settle(1, 2_000n, { owner_token_account: null });
    await world.expectOk([all], "owner", "recipient");
    await world.expectOk([held.close({ owner_token_account: null })], "owner");
    expect(await world.balance("recipient")).to.equal(1_940n);
  });

  it("given a gateway's signer who mediates as well then they resolve, and release nothing alone", async () => {
    const world = await World.create();
    const mediator = world.key("gatewaySigner");
    const held = await HeldPolicy.create(world, OPEN);
    await world.expectOk([held.open({ mediator })], "owner");
    await world.expectOk([held.accept()], "recipient");
    await world.expectOk([held.fund(0, 1)], "owner");
    await world.expectOk([held.submit(0)], "recipient");
    await world.expectOk([held.dispute(0)], "owner");
    const execute = held.execute(0, { executor: mediator });
    await expectRefused(world, [execute], ["gatewaySigner"], "MilestoneInDispute");
    await world.expectOk([held.requestMediation(0)], "owner");
    await world.expectOk([held.resolve(0, 1_000n, { mediator })], "gatewaySigner");
    expect(await world.balance("recipient")).to.equal(1_000n);
  });
});
