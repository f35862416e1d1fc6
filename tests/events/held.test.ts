/** Each event of a held policy: that a transition logs this one and no other, and every field of it. */
import { TransactionInstruction } from "@solana/web3.js";
import {
  bumpOf,
  DAY,
  expectEvents,
  hash,
  HeldPolicy,
  MilestoneStateName,
  Person,
  START,
  TERMS,
  World,
} from "../world";
import { mintTo } from "../harness";

/** The clock at each test's end, so that no time in an event can be one of the set-up's. */
const NOW = START + 1_000n;
/** 2.5% on top of a milestone of 10,001 is 250, of one of 5 nothing. */
const TERMS_WITH_FEE = { ...TERMS, platformFeeBps: 250 };
const AMOUNTS = [10_001n, 5n];
const SCHEDULE = { amounts: AMOUNTS, timestamps: [0n, 0n], releaseCondition: 0 };
const hex = (byte: number): string => Buffer.from(hash(byte)).toString("hex");

describe("events of held escrow", () => {
  let world: World;
  let held: HeldPolicy;
  beforeEach(async () => {
    world = await World.create({ protocolFeeBps: 30, gatewayFeeBps: 250 });
    held = await HeldPolicy.create(world, SCHEDULE);
  });

  /** Sends it at `now` and demands that it logs this one event, with these fields and no other. */
  async function expectEvent(
    instruction: TransactionInstruction,
    signers: Person[],
    name: string,
    fields: Record<string, unknown>,
    now = NOW,
  ): Promise<void> {
    await world.chain.setTime(now);
    const { logs } = await world.expectOk([instruction], ...signers);
    const subject = { escrow: held.escrow, policy: held.policy.address };
    expectEvents(logs, [name, { ...subject, ...fields }]);
  }

  const open = () => world.expectOk([held.open(TERMS_WITH_FEE)], "owner");
  const accept = () => world.expectOk([held.accept()], "recipient");
  const fund = (first: number, count: number) => world.expectOk([held.fund(first, count)], "owner");
  const submit = () => world.expectOk([held.submit(0)], "recipient");
  const dispute = () => world.expectOk([held.dispute(0)], "owner");
  async function submitted(): Promise<void> {
    await open();
    await accept();
    await fund(0, 2);
    await submit();
  }

  it("given a policy of which a milestone is paid when opened then EscrowOpened with all terms", async () => {
    const other = await world.createPolicy(SCHEDULE);
    const execute = world.executePayment(held.policy.address, 0, world.feeAccounts());
    await world.expectOk([execute], "stranger");
    const terms = {
      reviewPeriodSecs: 7,
      disputeWindowSecs: 6,
      mediationDelaySecs: 5,
      mediationTimeoutSecs: 4,
      deliveryGraceSecs: 3,
      timeoutRecipientBps: 2,
      platformFeeBps: 1,
    };
    await expectEvent(held.open(terms), ["owner"], "EscrowOpened", {
      mediator: world.key("mediator"),
      vault: held.vault,
      rent_payer: world.key("payer"),
      review_period_secs: 7,
      dispute_window_secs: 6,
      mediation_delay_secs: 5,
      mediation_timeout_secs: 4,
      delivery_grace_secs: 3,
      timeout_recipient_bps: 2,
      platform_fee_bps: 1,
      bump: bumpOf("escrow", held.policy.address.toBytes()),
      current_milestone: 1,
      // What the other policy may still pull.
      committed: other.schedule.amounts.reduce((sum, amount) => sum + amount),
      created_at: NOW,
    });
  });

  for (const isFunded of [true, false]) {
    it(`given an escrow ${isFunded ? "with" : "without"} money when accepted then EscrowAccepted`, async () => {
      await open();
      if (isFunded) await fund(0, 1);
      await expectEvent(held.accept(), ["recipient"], "EscrowAccepted", {
        accepted_at: NOW,
        ready_at: isFunded ? NOW : 0n,
      });
    });
  }

  it("given milestones funded one by one then MilestonesFunded with each one's amount and fee", async () => {
    await open();
    await accept();
    await expectEvent(held.fund(0, 1), ["owner"], "MilestonesFunded", {
      first_milestone: 0,
      count: 1,
      funded: [10_251n, 0n, 0n, 0n],
      funded_at: NOW,
      ready_at: NOW,
    });
    const later = NOW + 5n;
    const second = {
      first_milestone: 1,
      count: 1,
      funded: [0n, 5n, 0n, 0n],
      funded_at: later,
      // The first one's turn has not changed.
      ready_at: NOW,
    };
    await expectEvent(held.fund(1, 1), ["owner"], "MilestonesFunded", second, later);
  });

  it("given all milestones funded before acceptance then one MilestonesFunded, and none is ready", async () => {
    await open();
    await expectEvent(held.fund(0, 2), ["owner"], "MilestonesFunded", {
      first_milestone: 0,
      count: 2,
      funded: [10_251n, 5n, 0n, 0n],
      funded_at: NOW,
      ready_at: 0n,
    });
  });

  it("given a delivery then MilestoneSubmitted", async () => {
    await open();
    await accept();
    await fund(0, 1);
    await expectEvent(held.submit(0, hash(9)), ["recipient"], "MilestoneSubmitted", {
      milestone_index: 0,
      evidence_hash: hex(9),
      submitted_at: NOW,
    });
  });

  it("given a dispute then MilestoneDisputed with the start of mediation", async () => {
    await submitted();
    await expectEvent(held.dispute(0, hash(8)), ["owner"], "MilestoneDisputed", {
      milestone_index: 0,
      reason_hash: hex(8),
      disputed_at: NOW,
      mediation_at: NOW + 3n * DAY,
    });
  });

  it("given a dispute taken back then DisputeWithdrawn", async () => {
    await submitted();
    await dispute();
    await expectEvent(held.withdrawDispute(0), ["owner"], "DisputeWithdrawn", {
      milestone_index: 0,
      withdrawn_at: NOW,
    });
  });

  for (const party of ["owner", "recipient"] as const) {
    it(`given the ${party} who asks for mediation then MediationRequested names them`, async () => {
      await submitted();
      await dispute();
      const request = held.requestMediation(0, { party: world.key(party) });
      await expectEvent(request, [party], "MediationRequested", {
        milestone_index: 0,
        party: world.key(party),
        mediation_at: NOW,
      });
    });
  }

  describe("every way a milestone ends", () => {
    /** 250 and 30 basis points of 10,001, floored, and the platform's fee on top; all of it released. */
    const WHOLE = {
      amount: 10_001n,
      recipient_amount: 9_721n,
      gateway_fee: 250n,
      protocol_fee: 30n,
      platform_fee: 250n,
      refunded: 0n,
      total_paid: 10_001n,
    };
    /** 6,001 of it to the recipient: fees on that alone, 150 of the platform fee of 250 with it. */
    const PART = {
      amount: 6_001n,
      recipient_amount: 5_833n,
      gateway_fee: 150n,
      protocol_fee: 18n,
      platform_fee: 150n,
      refunded: 4_100n,
      total_paid: 6_001n,
    };
    /** Half, floored, as the terms say. */
    const HALF = {
      amount: 5_000n,
      recipient_amount: 4_860n,
      gateway_fee: 125n,
      protocol_fee: 15n,
      platform_fee: 125n,
      refunded: 5_126n,
      total_paid: 5_000n,
    };
    const NOTHING = {
      amount: 0n,
      recipient_amount: 0n,
      gateway_fee: 0n,
      protocol_fee: 0n,
      platform_fee: 0n,
      refunded: 10_251n,
      total_paid: 0n,
    };

    /** The first of two funded milestones ends now, and the second one's turn comes. */
    const ended = (
      actor: Person,
      ending: string,
      state: MilestoneStateName,
      split: Record<string, bigint>,
      now = NOW,
    ) => ({
      actor: world.key(actor),
      milestone_index: 0,
      ending: { [ending]: {} },
      state: { [state]: {} },
      ...split,
      current_milestone: 1,
      status: { Active: {} },
      ready_at: now,
      finalized_at: now,
    });
    const FINAL = "MilestoneFinalized";

    it("given an execution from the vault then MilestoneFinalized, and no PaymentExecuted", async () => {
      await submitted();
      const fields = ended("stranger", "Executed", "Released", WHOLE);
      await expectEvent(held.execute(0), ["stranger"], FINAL, fields);
    });

    it("given an approval then MilestoneFinalized", async () => {
      await submitted();
      const fields = ended("owner", "Approved", "Released", WHOLE);
      await expectEvent(held.approve(0), ["owner"], FINAL, fields);
    });

    it("given a mediator's split then MilestoneFinalized", async () => {
      await submitted();
      await dispute();
      await world.expectOk([held.requestMediation(0)], "owner");
      const fields = ended("mediator", "Resolved", "Resolved", PART);
      await expectEvent(held.resolve(0, 6_001n), ["mediator"], FINAL, fields);
    });

    it("given a mediator who stays away then MilestoneFinalized at the agreed share", async () => {
      await submitted();
      await dispute();
      const now = START + 17n * DAY;
      const fields = ended("stranger", "Expired", "Resolved", HALF, now);
      await expectEvent(held.expire(0), ["stranger"], FINAL, fields, now);
    });

    it("given a settlement then MilestoneFinalized, by the owner", async () => {
      await submitted();
      const fields = ended("owner", "Settled", "Resolved", PART);
      await expectEvent(held.settle(0, 6_001n), ["owner", "recipient"], FINAL, fields);
    });

    it("given a reclaim that the recipient agrees to then MilestoneFinalized with a refund alone", async () => {
      await submitted();
      const fields = ended("owner", "Reclaimed", "Refunded", NOTHING);
      await expectEvent(held.reclaimAgreed(0), ["owner", "recipient"], FINAL, fields);
    });

    it("given the last milestone then the policy is paused, and nothing is ready", async () => {
      await submitted();
      await world.expectOk([held.approve(0)], "owner");
      await expectEvent(held.approve(1), ["owner"], FINAL, {
        actor: world.key("owner"),
        milestone_index: 1,
        ending: { Approved: {} },
        state: { Released: {} },
        amount: 5n,
        recipient_amount: 5n,
        gateway_fee: 0n,
        protocol_fee: 0n,
        platform_fee: 0n,
        refunded: 0n,
        total_paid: 10_006n,
        current_milestone: 2,
        status: { Paused: {} },
        ready_at: 0n,
        finalized_at: NOW,
      });
    });
  });

  it("given an escrow that was not accepted when closed then EscrowClosed with what was in it, donations too", async () => {
    await open();
    await fund(0, 2);
    await mintTo(world.chain, world.testMint, held.vault, 7n);
    await expectEvent(held.close(), ["owner"], "EscrowClosed", {
      refunded: 10_263n,
      rent_payer: world.key("payer"),
      closed_at: NOW,
    });
  });
});
