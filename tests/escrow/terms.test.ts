/** An escrow opens once, on terms within bounds, and the signed terms never change. */
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import {
  act,
  escrowAddress,
  expectHeldRefused,
  feeBalances,
  HeldPolicy,
  Person,
  START,
  Terms,
  TERMS,
  toBigInt,
  World,
} from "../world";

const YEAR = 365 * 86_400;
const U16_MAX = 65_535;
const U32_MAX = 4_294_967_295;

type TermName = keyof Terms;
/** A review so long, or a dispute window so short, that the term beside it alone is at its bound. */
const longReview = { reviewPeriodSecs: YEAR };
const shortWindow = { disputeWindowSecs: 1 };

/** Each term, what stands beside it, its accepted and its refused values, and the error of those. */
const BOUNDS: [TermName, Partial<Terms>, number[], number[], string][] = [
  ["reviewPeriodSecs", shortWindow, [1, 2, YEAR], [0, YEAR + 1, U32_MAX], "InvalidPeriod"],
  ["disputeWindowSecs", longReview, [1, YEAR - 1, YEAR], [0, YEAR + 1, U32_MAX], "InvalidPeriod"],
  ["mediationDelaySecs", {}, [0, 1, YEAR], [YEAR + 1, U32_MAX], "InvalidPeriod"],
  ["mediationTimeoutSecs", {}, [1, YEAR], [0, YEAR + 1, U32_MAX], "InvalidPeriod"],
  ["deliveryGraceSecs", {}, [1, 2, YEAR], [0, YEAR + 1, U32_MAX], "InvalidPeriod"],
  ["timeoutRecipientBps", {}, [0, 1, 10_000], [10_001, U16_MAX], "InvalidShareBps"],
  ["platformFeeBps", {}, [0, 1, 1_000], [1_001, U16_MAX], "InvalidFeeBps"],
];

const FIELDS: Record<TermName, string> = {
  reviewPeriodSecs: "review_period_secs",
  disputeWindowSecs: "dispute_window_secs",
  mediationDelaySecs: "mediation_delay_secs",
  mediationTimeoutSecs: "mediation_timeout_secs",
  deliveryGraceSecs: "delivery_grace_secs",
  timeoutRecipientBps: "timeout_recipient_bps",
  platformFeeBps: "platform_fee_bps",
};

describe("an escrow's terms", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  beforeEach(() => world.chain.setTime(START));

  async function opened(terms: Partial<Terms> = {}): Promise<HeldPolicy> {
    const held = await HeldPolicy.create(world);
    await world.expectOk([held.open(terms)], "owner");
    return held;
  }
  const openRefused = (held: HeldPolicy, terms: Parameters<HeldPolicy["open"]>[0], error: string) =>
    expectHeldRefused(held, held.open(terms), ["owner"], error);

  for (const [name, beside, accepted, refused, error] of BOUNDS) {
    it(`given ${name} of ${accepted.join(", ")} then opened; of ${refused.join(", ")} then ${error}`, async () => {
      for (const value of accepted) {
        const held = await opened({ ...beside, [name]: value });
        const escrow = await held.decodeEscrow();
        for (const term of Object.keys(FIELDS) as TermName[]) {
          const expected = term === name ? value : { ...TERMS, ...beside }[term];
          expect(escrow[FIELDS[term]], term).to.equal(expected);
        }
      }
      const held = await HeldPolicy.create(world);
      for (const value of refused) await openRefused(held, { ...beside, [name]: value }, error);
    });
  }

  it("given a dispute window longer than the review then DisputeWindowAboveReview, as long then opened", async () => {
    for (const review of [1, TERMS.reviewPeriodSecs, YEAR - 1]) {
      const held = await opened({ reviewPeriodSecs: review, disputeWindowSecs: review });
      expect((await held.decodeEscrow())["dispute_window_secs"]).to.equal(review);
      const other = await HeldPolicy.create(world);
      const terms = { reviewPeriodSecs: review, disputeWindowSecs: review + 1 };
      await openRefused(other, terms, "DisputeWindowAboveReview");
    }
  });

  it("given a mediator who is a party or the zero address then InvalidMediator", async () => {
    const held = await HeldPolicy.create(world);
    for (const mediator of [world.key("owner"), world.key("recipient"), PublicKey.default]) {
      await openRefused(held, { mediator }, "InvalidMediator");
    }
    await world.expectOk([held.open({ mediator: world.key("gatewayAuthority") })], "owner");
    const { mediator } = (await held.decodeEscrow()) as { mediator: PublicKey };
    expect(mediator.equals(world.key("gatewayAuthority"))).to.equal(true);
  });

  describe("who may open on what", () => {
    it("given a paused program then ProgramPaused, and opened once it goes on", async () => {
      const held = await HeldPolicy.create(world);
      await world.expectOk([world.updateConfig({ isPaused: true })], "upgradeAuthority");
      await openRefused(held, {}, "ProgramPaused");
      await world.expectOk([world.updateConfig({ isPaused: false })], "upgradeAuthority");
      await world.expectOk([held.open()], "owner");
    });

    it("given a paused policy then PolicyPaused, and opened once it goes on", async () => {
      const held = await HeldPolicy.create(world);
      const { address } = held.policy;
      await world.expectOk([world.changeStatus(address, "Paused")], "owner");
      await openRefused(held, {}, "PolicyPaused");
      await openRefused(held, { platformFeeBps: 10_001 }, "PolicyPaused");
      await world.expectOk([world.changeStatus(address, "Active")], "owner");
      await world.expectOk([held.open()], "owner");
    });

    it("given a policy that paid everything then PolicyCompleted", async () => {
      const schedule = { amounts: [1_000n], timestamps: [START], releaseCondition: 0 };
      const held = await HeldPolicy.create(world, schedule);
      await world.expectOk([world.executePayment(held.policy.address, 0)], "stranger");
      await openRefused(held, {}, "PolicyCompleted");
    });

    it("given an escrow then PolicyHasEscrow; given it was closed then EscrowClosed, for other terms too", async () => {
      const held = await opened();
      await openRefused(held, {}, "PolicyHasEscrow");
      // The state comes before the arguments (decision 0003).
      await openRefused(held, { reviewPeriodSecs: 0 }, "PolicyHasEscrow");
      await openRefused(held, { timeoutRecipientBps: 0 }, "PolicyHasEscrow");
      await world.expectOk([held.close()], "owner");
      await openRefused(held, {}, "EscrowClosed");
      await openRefused(held, { timeoutRecipientBps: 0 }, "EscrowClosed");
    });

    it("given lamports that a stranger sent to the escrow's address before then opened anyway", async () => {
      const held = await HeldPolicy.create(world);
      await world.chain.airdrop(held.escrow, 1_000_000n);
      await world.expectOk([held.open()], "owner");
      await world.expectOk([held.accept()], "recipient");
    });

    it("given another escrow or vault address, or another program for accounts, then the exact error", async () => {
      const held = await HeldPolicy.create(world);
      const other = await HeldPolicy.create(world);
      const refused: [Parameters<HeldPolicy["open"]>[1], string][] = [
        [{ escrow: other.escrow }, "InvalidAddress"],
        [{ escrow: escrowAddress(world.config) }, "InvalidAddress"],
        [{ vault: other.vault }, "InvalidVault"],
        [{ vault: world.tokens.stranger }, "InvalidVault"],
        [
          { vault: getAssociatedTokenAddressSync(world.mint, held.policy.address, true) },
          "InvalidVault",
        ],
        [{ associated_token_program: world.tokenProgram }, "IncorrectProgramId"],
        [{ token_account: world.tokens.stranger }, "InvalidTokenAccount"],
      ];
      for (const [accounts, error] of refused) {
        await expectHeldRefused(held, held.open({}, accounts), ["owner"], error);
      }
    });
  });

  describe("the recipient's signature", () => {
    it("given it once then the time is kept; given it twice then EscrowAlreadyAccepted", async () => {
      const held = await opened();
      expect(toBigInt((await held.decodeEscrow())["accepted_at"])).to.equal(0n);
      await world.chain.setTime(START + 5n);
      await world.expectOk([held.accept()], "recipient");
      await world.chain.setTime(START + 6n);
      await expectHeldRefused(held, held.accept(), ["recipient"], "EscrowAlreadyAccepted");
      const escrow = await held.decodeEscrow();
      expect(toBigInt(escrow["accepted_at"])).to.equal(START + 5n);
      expect(toBigInt(escrow["ready_at"])).to.equal(0n);
    });

    it("given the escrow of another policy then InvalidEscrow", async () => {
      const [held, other] = [await opened(), await opened({ timeoutRecipientBps: 0 })];
      const accept = held.accept({ escrow: other.escrow });
      await expectHeldRefused(held, accept, ["recipient"], "InvalidEscrow", [other.escrow]);
    });

    it("given an escrow that was closed then there is nothing to accept", async () => {
      const held = await opened();
      await world.expectOk([held.close()], "owner");
      await expectHeldRefused(held, held.accept(), ["recipient"], "AccountDataTooSmall");
    });
  });
});

describe("signed terms", () => {
  it("given gateway and config change everything then the same bytes, and the old fees to the new recipients", async () => {
    const world = await World.create({ gatewayFeeBps: 100, protocolFeeBps: 50 });
    const held = await HeldPolicy.ready(world, { terms: { platformFeeBps: 250 } });
    const addresses = [held.escrow, held.policy.address, held.vault];
    const read = () => Promise.all(addresses.map((address) => world.chain.getAccount(address)));
    const before = await read();
    const [gatewayFees, protocolFees]: Person[] = ["stranger", "mediator"];
    await world.expectOk(
      [
        world.updateGateway({
          signer: world.key("stranger"),
          feeRecipient: world.key(gatewayFees!),
          feeBps: 1_000,
        }),
      ],
      "gatewayAuthority",
    );
    await world.expectOk(
      [
        world.updateConfig({
          feeRecipient: world.key(protocolFees!),
          protocolFeeBps: 500,
          isPaused: true,
        }),
      ],
      "upgradeAuthority",
    );
    expect(await read()).to.deep.equal(before);

    const old = held.approve(0);
    await expectHeldRefused(held, old, ["owner"], "InvalidGatewayFeeAccount");
    const half = held.approve(0, { gateway_fee_account: world.tokens[gatewayFees!] });
    await expectHeldRefused(held, half, ["owner"], "InvalidProtocolFeeAccount");
    const approve = held.approve(0, {
      gateway_fee_account: world.tokens[gatewayFees!],
      protocol_fee_account: world.tokens[protocolFees!],
    });
    await world.expectOk([approve], "owner");
    // Of 50: 1% and 0.5% as they stood at creation, 2.5% on top to the gateway.
    expect(await feeBalances(world)).to.deep.equal({
      recipient: 49_250_000n,
      gateway: 0n,
      protocol: 0n,
    });
    expect(await world.balance(gatewayFees!)).to.equal(500_000n + 1_250_000n);
    expect(await world.balance(protocolFees!)).to.equal(250_000n);
  });

  it("given each later step then no term changes", async () => {
    const world = await World.create();
    const held = await HeldPolicy.create(world);
    await world.expectOk([held.open()], "owner");
    const terms = async () => {
      const escrow = await held.decodeEscrow();
      const { mediator } = escrow as { mediator: PublicKey };
      return [mediator.toBase58(), ...Object.values(FIELDS).map((field) => escrow[field])];
    };
    const signed = await terms();
    await world.expectOk([held.accept()], "recipient");
    await world.expectOk([held.fund(0, 4)], "owner");
    for (const name of ["submit_milestone", "dispute_milestone", "withdraw_dispute"] as const) {
      await act(held, name);
    }
    for (const name of ["dispute_milestone", "request_mediation", "resolve_dispute"] as const) {
      await act(held, name);
    }
    await act(held, "approve_milestone", 1);
    expect(await terms()).to.deep.equal(signed);
  });
});
