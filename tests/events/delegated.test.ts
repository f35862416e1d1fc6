import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import {
  bumpOf,
  expectEvents,
  gatewayAddress,
  Person,
  PolicyRef,
  START,
  userPaymentAddress,
  World,
} from "../world";
import { PROGRAM_ID } from "../harness";

const padded = (text: string, length: number): number[] => [
  ...Buffer.concat([Buffer.from(text)], length),
];
const zeros = (length: number): number[] => Array.from({ length }, () => 0);

/** The clock at each test's end, so that no time in an event can be one of the set-up's. */
const NOW = START + 1_000n;

describe("events", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create({ protocolFeeBps: 30, gatewayFeeBps: 250 });
  });

  /** Sends it, `NOW`, and demands that it logs this one event, with these fields and no other. */
  async function expectEvent(
    instruction: TransactionInstruction,
    signer: Person,
    name: string,
    fields: Record<string, unknown>,
  ): Promise<void> {
    await world.chain.setTime(NOW);
    expectEvents((await world.expectOk([instruction], signer)).logs, [name, fields]);
  }

  const AMOUNTS = [10_001n, 5n];
  const TIMESTAMPS = [START, START + 9n];
  /** 10,006 in two milestones, by due date. */
  const create = (): Promise<PolicyRef> =>
    world.createPolicy({ amounts: AMOUNTS, timestamps: TIMESTAMPS });

  it("given a first config then ConfigInitialized", () => {
    const [signature] = world.chain.signaturesFor(world.config).slice(-1);
    const landed = world.chain.landedTransaction(signature as string);
    expectEvents(landed?.execution.logs ?? [], [
      "ConfigInitialized",
      {
        config: world.config,
        authority: world.key("upgradeAuthority"),
        fee_recipient: world.key("protocolFees"),
        protocol_fee_bps: 30,
        bump: bumpOf("config"),
      },
    ]);
  });

  it("given some settings when the config changes then ConfigUpdated with all of them", async () => {
    await expectEvent(
      world.updateConfig({ isPaused: true, pendingAuthority: world.key("stranger") }),
      "upgradeAuthority",
      "ConfigUpdated",
      {
        config: world.config,
        pending_authority: world.key("stranger"),
        fee_recipient: world.key("protocolFees"),
        protocol_fee_bps: 30,
        is_paused: 1,
      },
    );
    await expectEvent(
      world.updateConfig({
        isPaused: false,
        pendingAuthority: PublicKey.default,
        protocolFeeBps: 500,
        feeRecipient: world.key("recipient"),
      }),
      "upgradeAuthority",
      "ConfigUpdated",
      {
        config: world.config,
        pending_authority: PublicKey.default,
        fee_recipient: world.key("recipient"),
        protocol_fee_bps: 500,
        is_paused: 0,
      },
    );
  });

  it("given a hand-over when it is accepted then AuthorityAccepted", async () => {
    await world.expectOk(
      [world.updateConfig({ pendingAuthority: world.key("stranger") })],
      "upgradeAuthority",
    );
    await expectEvent(world.acceptAuthority(), "stranger", "AuthorityAccepted", {
      config: world.config,
      previous_authority: world.key("upgradeAuthority"),
      authority: world.key("stranger"),
    });
  });

  it("given a new gateway then GatewayCreated", async () => {
    const authority = world.key("stranger");
    const gateway = gatewayAddress(authority);
    await expectEvent(
      world.createGateway({ feeBps: 1_000 }, { authority, gateway }),
      "stranger",
      "GatewayCreated",
      {
        gateway,
        authority,
        signer: world.key("gatewaySigner"),
        fee_recipient: world.key("gatewayFees"),
        fee_bps: 1_000,
        name: padded("gateway", 32),
        url: padded("https://gateway.example", 64),
        bump: bumpOf("gateway", authority.toBytes()),
        rent_payer: world.key("payer"),
        created_at: NOW,
      },
    );
  });

  it("given some settings when a gateway changes then GatewayUpdated with all of them", async () => {
    await expectEvent(
      world.updateGateway({ signer: world.key("stranger"), url: "https://other.example" }),
      "gatewayAuthority",
      "GatewayUpdated",
      {
        gateway: world.gateway,
        signer: world.key("stranger"),
        fee_recipient: world.key("gatewayFees"),
        fee_bps: 250,
        name: padded("gateway", 32),
        url: padded("https://other.example", 64),
        updated_at: NOW,
      },
    );
  });

  it("given a gateway that closes then GatewayClosed", async () => {
    await expectEvent(world.closeGateway(), "gatewayAuthority", "GatewayClosed", {
      gateway: world.gateway,
      rent_payer: world.key("payer"),
    });
  });

  it("given a new UserPayment then UserPaymentCreated, with the id that its first policy gets", async () => {
    const owner = world.key("stranger");
    const userPayment = userPaymentAddress(owner, world.mint);
    const firstPolicyId = Number(world.chain.slot()) - 7;
    await expectEvent(
      world.createUserPayment(
        { owner, user_payment: userPayment, token_account: world.tokens.stranger },
        firstPolicyId,
      ),
      "stranger",
      "UserPaymentCreated",
      {
        user_payment: userPayment,
        owner,
        mint: world.mint,
        token_account: world.tokens.stranger,
        next_policy_id: firstPolicyId,
        bump: bumpOf("user_payment", owner.toBytes(), world.mint.toBytes()),
        rent_payer: world.key("payer"),
        created_at: NOW,
      },
    );
  });

  it("given a UserPayment that closes then UserPaymentClosed", async () => {
    await world.chain.warpToSlot(world.chain.slot() + 1_024n);
    await expectEvent(world.closeUserPayment(), "owner", "UserPaymentClosed", {
      user_payment: world.userPayment,
      rent_payer: world.key("payer"),
    });
  });

  it("given a second policy then PolicyCreated with its terms, and what both may pull", async () => {
    await create();
    const { address, id } = await world.nextPolicy();
    const memo = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
    await expectEvent(
      world.createMilestonePolicy(
        { amounts: AMOUNTS, timestamps: TIMESTAMPS, releaseCondition: 9, memo },
        address,
      ),
      "owner",
      "PolicyCreated",
      {
        policy: address,
        user_payment: world.userPayment,
        recipient: world.key("recipient"),
        gateway: world.gateway,
        milestone: {
          milestone_amounts: [...AMOUNTS, 0n, 0n],
          milestone_timestamps: [...TIMESTAMPS, 0n, 0n],
          current_milestone: 0,
          release_condition: 9,
          total_milestones: 2,
          escrow_amount: 10_006n,
          padding: zeros(53),
        },
        memo: [...memo],
        policy_id: id,
        created_at: NOW,
        protocol_fee_bps: 30,
        gateway_fee_bps: 250,
        bump: bumpOf(
          "payment_policy",
          world.userPayment.toBytes(),
          Buffer.from(Uint32Array.of(id).buffer),
        ),
        rent_payer: world.key("payer"),
        committed: 20_012n,
      },
    );
  });

  it("given a milestone released then PaymentExecuted with the split and the state after it", async () => {
    const policy = await create();
    const execute = (index: number) =>
      world.executePayment(policy.address, index, world.feeAccounts());
    await expectEvent(execute(0), "stranger", "PaymentExecuted", {
      policy: policy.address,
      executor: world.key("stranger"),
      milestone_index: 0,
      amount: 10_001n,
      // 250 and 30 basis points of 10,001, floored; the rest is the recipient's.
      recipient_amount: 9_721n,
      gateway_fee: 250n,
      protocol_fee: 30n,
      current_milestone: 1,
      status: { Active: {} },
      total_paid: 10_001n,
      committed: 5n,
      executed_at: NOW,
    });
    await expectEvent(execute(1), "stranger", "PaymentExecuted", {
      policy: policy.address,
      executor: world.key("stranger"),
      milestone_index: 1,
      amount: 5n,
      recipient_amount: 5n,
      gateway_fee: 0n,
      protocol_fee: 0n,
      current_milestone: 2,
      status: { Paused: {} },
      total_paid: 10_006n,
      committed: 0n,
      executed_at: NOW,
    });
  });

  for (const status of ["Paused", "Active"] as const) {
    it(`given a policy set to ${status} then PolicyStatusChanged`, async () => {
      const policy = await create();
      const change = world.changeStatus(policy.address, status);
      await expectEvent(change, "owner", "PolicyStatusChanged", {
        policy: policy.address,
        status: { [status]: {} },
        updated_at: NOW,
      });
    });
  }

  it("given one of two policies deleted then PolicyDeleted with what was left of it and of all", async () => {
    const policy = await create();
    await create();
    await world.expectOk(
      [world.executePayment(policy.address, 0, world.feeAccounts())],
      "stranger",
    );
    await expectEvent(world.deletePolicy(policy.address), "owner", "PolicyDeleted", {
      policy: policy.address,
      user_payment: world.userPayment,
      gateway: world.gateway,
      outstanding: 5n,
      committed: 10_006n,
      rent_payer: world.key("payer"),
      deleted_at: NOW,
    });
  });

  it("given something to pull, then nothing, when synced then DelegationSynced with the allowance", async () => {
    const synced = (allowance: bigint) => ({
      user_payment: world.userPayment,
      token_account: world.tokens.owner,
      allowance,
    });
    const policy = await create();
    await expectEvent(world.syncDelegation(), "owner", "DelegationSynced", synced(10_006n));
    await world.expectOk([world.deletePolicy(policy.address)], "owner");
    await expectEvent(world.syncDelegation(), "owner", "DelegationSynced", synced(0n));
  });

  it("given several instructions in one transaction then an event of each, in order", async () => {
    const policy = await create();
    const pause = world.changeStatus(policy.address, "Paused");
    const resume = world.changeStatus(policy.address, "Active");
    const { logs } = await world.expectOk([pause, resume, pause], "owner");
    const changed = (status: string): [string, Record<string, unknown>] => [
      "PolicyStatusChanged",
      { policy: policy.address, status: { [status]: {} }, updated_at: START },
    ];
    expectEvents(logs, changed("Paused"), changed("Active"), changed("Paused"));
  });

  it("given the same line from another program then it is not an event of this program", async () => {
    const policy = await create();
    const { logs } = await world.expectOk([world.changeStatus(policy.address, "Paused")], "owner");
    const other = PublicKey.unique().toBase58();
    const forged = logs.map((line) => line.replace(PROGRAM_ID.toBase58(), other));
    expect(forged.filter((line) => line.startsWith("Program data: "))).to.have.length(1);
    expectEvents(forged);
  });
});
