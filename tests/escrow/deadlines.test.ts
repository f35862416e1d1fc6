/** Each deadline of a held milestone, one second before it, on it and one second after. */
import { expect } from "chai";
import type { TransactionInstruction } from "@solana/web3.js";
import {
  act,
  bringTo,
  DAY,
  expectHeldRefused,
  half,
  hash,
  heldAt,
  HeldPolicy,
  MilestoneStateName,
  Person,
  type Schedule,
  START,
  Terms,
  TERMS,
  toBigInt,
  WEEK,
  World,
} from "../world";

const WINDOW = BigInt(TERMS.disputeWindowSecs);
const REVIEW = BigInt(TERMS.reviewPeriodSecs);
const DELAY = BigInt(TERMS.mediationDelaySecs);
const TIMEOUT = BigInt(TERMS.mediationTimeoutSecs);
const GRACE = BigInt(TERMS.deliveryGraceSecs);

/** Bit 2: the owner signs; and bit 0: not before the due date. */
const BY_OWNER = 4;
const BY_OWNER_WHEN_DUE = 5;

type Step = (held: HeldPolicy) => TransactionInstruction;

/** What one party may do before a deadline, or from it on, and how it is refused on the other side. */
interface Side {
  what: string;
  signers: Person[];
  step: Step;
  error: string;
  isBefore: boolean;
}

let world: World;

const dispute: Side = {
  what: "the owner disputes",
  signers: ["owner"],
  step: (held) => held.dispute(0),
  error: "DisputeWindowClosed",
  isBefore: true,
};
const silence: Side = {
  what: "anyone executes after silence",
  signers: ["stranger"],
  step: (held) => held.execute(0),
  error: "InvalidSigner",
  isBefore: false,
};
const withdrawal: Side = {
  what: "the owner withdraws the dispute",
  signers: ["owner"],
  step: (held) => held.withdrawDispute(0),
  error: "MilestoneInMediation",
  isBefore: true,
};
const resubmission: Side = {
  what: "the recipient delivers again",
  signers: ["recipient"],
  step: (held) => held.submit(0),
  error: "MilestoneInMediation",
  isBefore: true,
};
const firstResolution: Side = {
  what: "the mediator begins to decide",
  signers: ["mediator"],
  step: (held) => held.resolve(0, half(held, 0)),
  error: "MediationNotStarted",
  isBefore: false,
};
const lastResolution: Side = { ...firstResolution, error: "MediationTimedOut", isBefore: true };
const expiry: Side = {
  what: "anyone cranks the agreed split",
  signers: ["stranger"],
  step: (held) => held.expire(0),
  error: "MediationNotTimedOut",
  isBefore: false,
};
const reclaim: Side = {
  what: "the owner reclaims what was not delivered",
  signers: ["owner"],
  step: (held) => held.reclaim(0),
  error: "DeliveryNotOverdue",
  isBefore: false,
};

/** `side` acts on a milestone in `from` around `deadline`; a policy of its own for each second that succeeds. */
function edges(
  name: string,
  side: Side,
  from: MilestoneStateName,
  deadline: bigint,
  options: { schedule?: Partial<Schedule>; terms?: Partial<Terms> } = {},
): void {
  it(`${name}: ${side.what} ${side.isBefore ? "until the second before" : "from the second on"}`, async () => {
    for (const now of [deadline - 1n, deadline, deadline + 1n]) {
      await world.chain.setTime(START);
      const held = await heldAt(world, from, options);
      await world.chain.setTime(now);
      if (now < deadline === side.isBefore) {
        await world.expectOk([side.step(held)], ...side.signers);
        expect(await held.state(0)).not.to.equal(from);
      } else {
        await expectHeldRefused(held, side.step(held), side.signers, side.error);
      }
    }
  });
}

describe("deadlines of a held milestone", () => {
  before(async () => {
    world = await World.create();
  });
  beforeEach(() => world.chain.setTime(START));

  edges("dispute window", dispute, "Submitted", START + WINDOW);
  edges("silent review", silence, "Submitted", START + REVIEW);
  edges("mediation delay", firstResolution, "Disputed", START + DELAY);
  edges("mediation delay", withdrawal, "Disputed", START + DELAY);
  edges("mediation delay", resubmission, "Disputed", START + DELAY);
  edges("timeout after a request", lastResolution, "Mediation", START + TIMEOUT);
  edges("timeout after a request", expiry, "Mediation", START + TIMEOUT);
  edges("timeout after the delay", lastResolution, "Disputed", START + DELAY + TIMEOUT);
  edges("timeout after the delay", expiry, "Disputed", START + DELAY + TIMEOUT);
  edges("delivery", reclaim, "Funded", START + WEEK + GRACE);

  const shortest = { reviewPeriodSecs: 1, disputeWindowSecs: 1, mediationTimeoutSecs: 1 };
  edges("review of a second", silence, "Submitted", START + 1n, { terms: shortest });
  edges("window of a second", dispute, "Submitted", START + 1n, { terms: shortest });
  edges("timeout of a second", expiry, "Mediation", START + 1n, { terms: shortest });

  it("given no delay then a dispute is in mediation at once", async () => {
    const held = await heldAt(world, "Disputed", { terms: { mediationDelaySecs: 0 } });
    for (const side of [withdrawal, resubmission]) {
      await expectHeldRefused(held, side.step(held), side.signers, "MilestoneInMediation");
    }
    await expectHeldRefused(held, held.requestMediation(0), ["owner"], "MilestoneInMediation");
    await world.expectOk([held.resolve(0, 0n)], "mediator");
  });

  it("given a mediation asked for then its timeout counts from then, not from the delay", async () => {
    const held = await heldAt(world, "Disputed");
    await world.chain.setTime(START + DAY);
    await act(held, "request_mediation");
    expect(toBigInt((await held.decodeEscrow())["mediation_at"])).to.equal(START + DAY);
    await world.chain.setTime(START + DAY + TIMEOUT - 1n);
    await expectHeldRefused(held, held.expire(0), ["stranger"], "MediationNotTimedOut");
    await world.chain.setTime(START + DAY + TIMEOUT);
    await world.expectOk([held.expire(0)], "stranger");
  });

  it("given a dispute in the review's last second then silence is not an approval", async () => {
    const terms = { disputeWindowSecs: TERMS.reviewPeriodSecs };
    const held = await heldAt(world, "Submitted", { terms });
    await world.chain.setTime(START + REVIEW - 1n);
    await act(held, "dispute_milestone");
    await world.chain.setTime(START + REVIEW);
    await expectHeldRefused(held, held.execute(0), ["stranger"], "MilestoneInDispute");
    await world.chain.setTime(START + REVIEW - 1n + DELAY);
    await expectHeldRefused(held, held.execute(0), ["stranger"], "MilestoneInMediation");
  });

  describe("a dispute window as long as the review", () => {
    const terms = { disputeWindowSecs: TERMS.reviewPeriodSecs };
    edges("the same second", dispute, "Submitted", START + REVIEW, { terms });
    edges("the same second", silence, "Submitted", START + REVIEW, { terms });
  });

  describe("a set due date", () => {
    const due = START + 30n * DAY;
    const one = { amounts: [1_000n], timestamps: [due] };
    const binding = { schedule: { ...one, releaseCondition: BY_OWNER_WHEN_DUE } };
    const plain = { schedule: { ...one, releaseCondition: BY_OWNER } };
    const approval: Side = {
      what: "the owner approves",
      signers: ["owner"],
      step: (held) => held.approve(0),
      error: "PaymentNotDue",
      isBefore: false,
    };
    const execution: Side = {
      ...approval,
      what: "the owner executes",
      step: (held) => held.execute(0, { executor: world.key("owner") }),
    };
    const lateSilence = { ...silence, error: "PaymentNotDue" };
    for (const state of ["Funded", "Submitted"] as const) {
      edges(`bit 0, ${state}`, approval, state, due, binding);
      edges(`bit 0, ${state}`, execution, state, due, binding);
    }
    edges("bit 0, after the review", lateSilence, "Submitted", due, binding);
    edges("without bit 0", silence, "Submitted", START + REVIEW, plain);
    const early = { ...binding.schedule, timestamps: [START + DAY] };
    edges("bit 0, before the review's end", silence, "Submitted", START + REVIEW, {
      schedule: early,
    });

    it("given bit 0 then mediation and settlement don't wait for it", async () => {
      const mediated = await heldAt(world, "Mediation", binding);
      await world.expectOk([mediated.resolve(0, 600n)], "mediator");
      const settled = await heldAt(world, "Submitted", binding);
      await world.expectOk([settled.settle(0, 600n)], "owner", "recipient");
    });
    it("given no bit 0 then the owner may pay before it", async () => {
      const held = await heldAt(world, "Funded", plain);
      await world.expectOk([held.approve(0)], "owner");
    });
  });

  describe("delivery", () => {
    const one = (timestamp: bigint, releaseCondition: number) => ({
      schedule: { amounts: [1_000n], timestamps: [timestamp], releaseCondition },
    });
    for (const condition of [BY_OWNER, BY_OWNER_WHEN_DUE]) {
      const bit = condition === BY_OWNER ? "without bit 0" : "bit 0";
      const due = START + 30n * DAY;
      edges(`due later, ${bit}`, reclaim, "Funded", due + GRACE, one(due, condition));
      edges(`no due date, ${bit}`, reclaim, "Funded", START + GRACE, one(0n, condition));
      const past = one(START - 90n * DAY, condition);
      edges(`due long ago, ${bit}`, reclaim, "Funded", START + GRACE, past);
    }
    edges("a second of grace", reclaim, "Funded", START + WEEK + 1n, {
      terms: { deliveryGraceSecs: 1 },
    });

    /** The owner cannot reclaim milestone `index` before `ready` and the grace, and can then. */
    async function expectOverdueFrom(held: HeldPolicy, index: number, ready: bigint) {
      expect(toBigInt((await held.decodeEscrow())["ready_at"])).to.equal(ready);
      await world.chain.setTime(ready + GRACE - 1n);
      await expectHeldRefused(held, held.reclaim(index), ["owner"], "DeliveryNotOverdue");
      await world.chain.setTime(ready + GRACE);
      await world.expectOk([held.reclaim(index)], "owner");
      expect(await held.state(index)).to.equal("Refunded");
    }
    const late = START + 90n * DAY;
    const twoDueAtOnce = { amounts: [1_000n, 1_000n], timestamps: [START, START] };

    it("given it was funded late then the grace counts from the funding", async () => {
      const held = await HeldPolicy.ready(world, { schedule: twoDueAtOnce, funded: 0 });
      expect(toBigInt((await held.decodeEscrow())["ready_at"])).to.equal(0n);
      await world.chain.setTime(late);
      await world.expectOk([held.fund(0, 1)], "owner");
      // Funding the next one does not make the current one later.
      await world.chain.setTime(late + DAY);
      await world.expectOk([held.fund(1, 1)], "owner");
      await expectOverdueFrom(held, 0, late);
    });

    it("given it was accepted late then the grace counts from the acceptance", async () => {
      const held = await HeldPolicy.create(world, twoDueAtOnce);
      await world.expectOk([held.open()], "owner");
      await world.expectOk([held.fund(0, 2)], "owner");
      expect(toBigInt((await held.decodeEscrow())["ready_at"])).to.equal(0n);
      await world.chain.setTime(late);
      await world.expectOk([held.accept()], "recipient");
      await expectOverdueFrom(held, 0, late);
    });

    it("given its turn comes late then the grace counts from its turn", async () => {
      const held = await HeldPolicy.ready(world, { schedule: twoDueAtOnce });
      await world.chain.setTime(late);
      await act(held, "approve_milestone");
      await expectOverdueFrom(held, 1, late);
    });

    it("given its turn comes before its money then the grace counts from the money", async () => {
      const held = await HeldPolicy.ready(world, { schedule: twoDueAtOnce, funded: 1 });
      await act(held, "approve_milestone");
      expect(toBigInt((await held.decodeEscrow())["ready_at"])).to.equal(0n);
      await world.chain.setTime(late);
      await act(held, "fund_milestones", 1);
      await expectOverdueFrom(held, 1, late);
    });

    it("given it is delivered late, but before it is reclaimed, then it is a delivery", async () => {
      const held = await heldAt(world, "Funded");
      await world.chain.setTime(late);
      await act(held, "submit_milestone");
      await expectHeldRefused(held, held.reclaim(0), ["owner"], "MilestoneAlreadySubmitted");
    });
  });

  describe("the review's clock", () => {
    it("given a dispute is withdrawn then it goes on from the first submission, again and again", async () => {
      const held = await heldAt(world, "Submitted");
      for (const day of [1n, 2n, 4n]) {
        await world.chain.setTime(START + day * DAY);
        await act(held, "dispute_milestone");
        await world.chain.setTime(START + (day + 1n) * DAY - 1n);
        await act(held, "withdraw_dispute");
      }
      await world.chain.setTime(START + WINDOW);
      await expectHeldRefused(held, held.dispute(0), ["owner"], "DisputeWindowClosed");
      await world.chain.setTime(START + REVIEW - 1n);
      await expectHeldRefused(held, held.execute(0), ["stranger"], "InvalidSigner");
      await world.chain.setTime(START + REVIEW);
      await world.expectOk([held.execute(0)], "stranger");
    });

    it("given a dispute is withdrawn after the review's end then silence counts at once", async () => {
      const held = await heldAt(world, "Submitted");
      await world.chain.setTime(START + WINDOW - 1n);
      await act(held, "dispute_milestone");
      await world.chain.setTime(START + REVIEW);
      await act(held, "withdraw_dispute");
      await expectHeldRefused(held, held.dispute(0), ["owner"], "DisputeWindowClosed");
      await world.expectOk([held.execute(0)], "stranger");
    });

    it("given it is delivered again then review and dispute window start again", async () => {
      const held = await heldAt(world, "Disputed");
      const again = START + 2n * DAY;
      await world.chain.setTime(again);
      await world.expectOk([held.submit(0, hash(9))], "recipient");
      const milestone = await held.milestone(0);
      expect(toBigInt(milestone["submitted_at"])).to.equal(again);
      expect(milestone["evidence_hash"]).to.deep.equal(hash(9));
      expect(toBigInt((await held.decodeEscrow())["mediation_at"])).to.equal(0n);
      await world.chain.setTime(again + REVIEW - 1n);
      await expectHeldRefused(held, held.execute(0), ["stranger"], "InvalidSigner");
      await expectHeldRefused(held, held.dispute(0), ["owner"], "DisputeWindowClosed");
      await world.chain.setTime(again + WINDOW - 1n);
      await act(held, "dispute_milestone");
      await world.chain.setTime(again + WINDOW - 1n + DELAY - 1n);
      await expectHeldRefused(held, held.resolve(0, 0n), ["mediator"], "MediationNotStarted");
      await bringTo(held, "Refunded");
    });
  });
});
