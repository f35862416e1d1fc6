import { expect } from "chai";
import BN from "bn.js";
import { DEFAULT_ESCROW_TERMS, MAX_PERIOD_SECS } from "../../src/constants";
import { InvalidInputError } from "../../src/errors/input";
import {
  divideMilestone,
  escrowOutstanding,
  fundingOf,
  timeoutShare,
} from "../../src/rules/payout";
import { toEscrowTerms } from "../../src/input/escrow-terms";
import type { EscrowTerms } from "../../src/types";
import { expectError } from "../expect-error";
import { escrow } from "../fixtures";

describe("toEscrowTerms", () => {
  it("given nothing, then the defaults; given some, then those", () => {
    expect(toEscrowTerms()).to.deep.equal(DEFAULT_ESCROW_TERMS);
    expect(toEscrowTerms({ platformFeeBps: 250, mediationDelaySecs: 0 })).to.deep.equal({
      ...DEFAULT_ESCROW_TERMS,
      platformFeeBps: 250,
      mediationDelaySecs: 0,
    });
  });

  it("given a review shorter than the default window, then the window is the review", () => {
    const { reviewPeriodSecs, disputeWindowSecs } = toEscrowTerms({ reviewPeriodSecs: 60 });
    expect([reviewPeriodSecs, disputeWindowSecs]).to.deep.equal([60, 60]);
  });

  const edges: Partial<EscrowTerms>[] = [
    { reviewPeriodSecs: 1 },
    { reviewPeriodSecs: MAX_PERIOD_SECS, disputeWindowSecs: MAX_PERIOD_SECS },
    { disputeWindowSecs: 1 },
    { disputeWindowSecs: DEFAULT_ESCROW_TERMS.reviewPeriodSecs },
    { mediationDelaySecs: 0, deliveryGraceSecs: 1 },
    { mediationDelaySecs: MAX_PERIOD_SECS, deliveryGraceSecs: MAX_PERIOD_SECS },
    { mediationTimeoutSecs: 1 },
    { mediationTimeoutSecs: MAX_PERIOD_SECS },
    { timeoutRecipientBps: 0, platformFeeBps: 0 },
    { timeoutRecipientBps: 10_000, platformFeeBps: 1_000 },
  ];
  for (const terms of edges) {
    it(`given ${JSON.stringify(terms)}, then accepted`, () => {
      expect(toEscrowTerms(terms)).to.deep.include(terms);
    });
  }

  const beyond: [keyof EscrowTerms, number][] = [
    ["reviewPeriodSecs", 0],
    ["reviewPeriodSecs", MAX_PERIOD_SECS + 1],
    ["disputeWindowSecs", 0],
    ["disputeWindowSecs", DEFAULT_ESCROW_TERMS.reviewPeriodSecs + 1],
    ["mediationDelaySecs", -1],
    ["mediationDelaySecs", MAX_PERIOD_SECS + 1],
    ["mediationTimeoutSecs", 0],
    ["mediationTimeoutSecs", 2 ** 32],
    ["deliveryGraceSecs", 0],
    ["deliveryGraceSecs", MAX_PERIOD_SECS + 1],
    ["deliveryGraceSecs", 0.5],
    ["timeoutRecipientBps", 10_001],
    ["platformFeeBps", 1_001],
  ];
  for (const [field, value] of beyond) {
    it(`given ${field} ${value}, then refused by name`, async () => {
      const error = await expectError(InvalidInputError, () => toEscrowTerms({ [field]: value }));
      expect(error.field).to.equal(`terms.${field}`);
    });
  }
});

describe("divideMilestone", () => {
  const FEES = { gatewayFeeBps: 100, protocolFeeBps: 50, platformFeeBps: 250 };
  const numbers = (payout: object) =>
    Object.fromEntries(Object.entries(payout).map(([name, amount]) => [name, String(amount)]));

  it("given 10,000 and a 60/40 split with spec 001's 2.5%, then worked out by hand", () => {
    const payout = divideMilestone(new BN(10_000_000), new BN(6_000_000), FEES);
    expect(numbers(payout)).to.deep.equal({
      recipient: "5910000",
      gatewayFee: "60000",
      protocolFee: "30000",
      platformFee: "150000",
      // 4,000,000 and the platform fee on it.
      refund: "4100000",
    });
  });

  it("given odd amounts and every share, then all five add up to what was funded", () => {
    for (const amount of [1, 7, 39, 40, 9_999, 1_000_003]) {
      for (const share of [0, 1, Math.floor(amount / 3), amount - 1, amount]) {
        const payout = divideMilestone(new BN(amount), new BN(share), FEES);
        const sum = Object.values(payout).reduce((all: BN, one: BN) => all.add(one), new BN(0));
        expect(
          sum.eq(fundingOf(new BN(amount), FEES.platformFeeBps)),
          `${amount}, ${share}`,
        ).to.equal(true);
        expect(payout.refund.isNeg()).to.equal(false);
      }
    }
  });

  it("given the largest amount without a platform fee, then exact", () => {
    const max = new BN("18446744073709551615");
    expect(timeoutShare(max, 10_000).eq(max)).to.equal(true);
    expect(timeoutShare(max, 5_000).toString()).to.equal("9223372036854775807");
    expect(fundingOf(max, 0).eq(max)).to.equal(true);
  });
});

describe("escrowOutstanding", () => {
  it("given ended and funded milestones, then what is neither paid nor refunded", () => {
    const amounts = (funded: number, paid: number, refunded: number) => ({
      funded: new BN(funded),
      paid: new BN(paid),
      refunded: new BN(refunded),
    });
    const account = escrow([amounts(10, 6, 4), amounts(20, 0, 0), amounts(5, 0, 0)]);
    expect(escrowOutstanding(account).toNumber()).to.equal(25);
  });
});
