import { associatedTokenAddress } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { comparePayment } from "../../src/screens/checkout/compare-payment";
import { expectedPart } from "../../src/screens/checkout/expected-part";
import {
  checkoutOf,
  expectedOf,
  fourOf,
  GATEWAY,
  MINT,
  PAYEE,
  PAYER,
  pullOf,
  STRANGER,
  type Tampering,
  transactionOf,
} from "./payments";

const TOKEN_PROGRAM = new PublicKey("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
const fieldOf = (tampering: Tampering) => comparePayment(transactionOf(tampering), expectedOf());

describe("the comparison of a payment with its transaction", () => {
  it("finds no difference in the payment's own transaction", () => {
    expect(comparePayment(transactionOf(), expectedOf())).to.equal(null);
  });

  const creation = "createMilestonePolicy" as const;
  const cases: [field: string, tampering: Tampering][] = [
    ["payer", { in: creation, accounts: { owner: STRANGER } }],
    ["recipient", { in: creation, accounts: { recipient: STRANGER } }],
    ["token", { in: creation, accounts: { mint: STRANGER } }],
    ["gateway", { in: creation, accounts: { gateway: STRANGER } }],
    ["number of milestones", { in: creation, args: { totalMilestones: 4 } }],
    ["release condition", { in: creation, args: { releaseCondition: 0 } }],
    ["latest date", { in: creation, args: { milestoneTimestamps: fourOf([1]) } }],
    ["gateway fee", { in: creation, args: { maxGatewayFeeBps: 101 } }],
    ["protocol fee", { in: creation, args: { maxProtocolFeeBps: 1 } }],
    ["mediator", { in: "openEscrow", args: { mediator: PAYEE } }],
    ["terms.reviewPeriodSecs", { in: "openEscrow", args: { reviewPeriodSecs: 60 } }],
    ["terms.disputeWindowSecs", { in: "openEscrow", args: { disputeWindowSecs: 0 } }],
    ["terms.mediationDelaySecs", { in: "openEscrow", args: { mediationDelaySecs: 1 } }],
    ["terms.mediationTimeoutSecs", { in: "openEscrow", args: { mediationTimeoutSecs: 1 } }],
    ["terms.deliveryGraceSecs", { in: "openEscrow", args: { deliveryGraceSecs: 1 } }],
    ["terms.timeoutRecipientBps", { in: "openEscrow", args: { timeoutRecipientBps: 10_000 } }],
    ["terms.platformFeeBps", { in: "openEscrow", args: { platformFeeBps: 250 } }],
    ["payment of the escrow", { in: "openEscrow", accounts: { policy: STRANGER } }],
    ["payment that is funded", { in: "fundMilestones", accounts: { policy: STRANGER } }],
    ["vault", { in: "fundMilestones", accounts: { vault: STRANGER } }],
    ["token that is funded", { in: "fundMilestones", accounts: { mint: STRANGER } }],
    ["first funded milestone", { in: "fundMilestones", args: { firstMilestone: 1 } }],
    ["funded milestones", { in: "fundMilestones", args: { count: 2 } }],
  ];
  for (const [field, tampering] of cases) {
    it(`names "${field}" where it differs`, () => {
      expect(fieldOf(tampering)).to.include({ field });
    });
  }

  for (const index of [0, 1, 2]) {
    it(`names the amount of milestone ${index + 1} one unit above the page's`, () => {
      const amounts = [300_000_000, 500_000_000, 200_000_000];
      amounts[index]! += 1;
      const args = { milestoneAmounts: fourOf(amounts) };
      expect(fieldOf({ in: creation, args })).to.deep.equal({
        field: `amount of milestone ${index + 1}`,
        expected: String(amounts[index]! - 1),
        found: String(amounts[index]),
      });
    });
  }

  it("names both values of a difference", () => {
    const difference = fieldOf({ in: creation, accounts: { recipient: STRANGER } });
    expect(difference).to.deep.equal({
      field: "recipient",
      expected: PAYEE.toBase58(),
      found: STRANGER.toBase58(),
    });
  });

  it("accepts fees below those of the page, and a release that asks the payer", () => {
    const args = { maxGatewayFeeBps: 50, releaseCondition: 4 };
    expect(fieldOf({ in: creation, args })).to.equal(null);
  });

  it("refuses a fee payer and a signer other than the wallet", () => {
    const other = STRANGER.toBase58();
    expect(comparePayment({ ...transactionOf(), feePayer: other }, expectedOf())).to.include({
      field: "fee payer",
    });
    const signers = [PAYER.toBase58(), other];
    expect(comparePayment({ ...transactionOf(), signers }, expectedOf())).to.include({
      field: "signers",
    });
  });

  it("refuses an instruction of another program, unless it only prepares", () => {
    const withOther = (isHarmless: boolean) => ({
      ...transactionOf(),
      others: [{ program: TOKEN_PROGRAM.toBase58(), isHarmless }],
    });
    expect(comparePayment(withOther(true), expectedOf())).to.equal(null);
    expect(comparePayment(withOther(false), expectedOf())).to.deep.equal({
      field: "instructions",
      expected: "this payment alone",
      found: `also ${TOKEN_PROGRAM.toBase58()}`,
    });
  });

  it("refuses a second creation, another action, and a missing step", () => {
    const honest = transactionOf();
    const [created, opened, funded] = honest.milepost as [never, never, never];
    const compare = (milepost: never[]) => comparePayment({ ...honest, milepost }, expectedOf());
    const approval = { name: "approveMilestone", accounts: {}, args: {} } as never;
    expect(compare([created, opened, funded, created])?.found).to.equal(
      "also createMilestonePolicy",
    );
    expect(compare([created, opened, funded, approval])?.found).to.equal("also approveMilestone");
    expect(compare([created, opened])?.expected).to.equal("fundMilestones");
    expect(compare([])?.expected).to.equal("createMilestonePolicy");
  });

  it("refuses a payment at once where the page shows an escrow", () => {
    const own = associatedTokenAddress(MINT, PAYEE, TOKEN_PROGRAM);
    expect(comparePayment(pullOf(own), expectedOf())?.field).to.equal("instructions");
  });

  describe("of a payment without escrow", () => {
    const expected = expectedOf({
      ...{ mediator: null, terms: null, releaseConditions: [0], amounts: [1_000_000_000n] },
    });
    const own = associatedTokenAddress(MINT, PAYEE, TOKEN_PROGRAM);

    it("finds no difference where the payee's own token account is paid", () => {
      expect(comparePayment(pullOf(own), expected)).to.equal(null);
    });

    it("names another token account, and another payment", () => {
      expect(comparePayment(pullOf(STRANGER), expected)).to.include({
        field: "recipient's token account",
        expected: own.toBase58(),
      });
      expect(comparePayment(pullOf(own, STRANGER), expected)).to.include({
        field: "payment that is paid",
      });
    });
  });
});

describe("the expectation of a payment's next transaction", () => {
  const context = {
    ...{ owner: PAYER.toBase58(), gateway: GATEWAY.toBase58(), isAutomatic: true, now: 1_000n },
  };

  it("is the whole payment where there is one part", () => {
    expect(expectedPart(checkoutOf(), context)).to.deep.equal(expectedOf());
  });

  it("asks the payer where the payment is not automatic", () => {
    const conditions = (isAutomatic: boolean, change = {}) =>
      expectedPart(checkoutOf(change), { ...context, isAutomatic }).releaseConditions;
    expect(conditions(false)).to.deep.equal([4]);
    expect(conditions(true)).to.deep.equal([2, 4]);
    expect(conditions(true, { releaseType: "TIME_LOCKED" })).to.deep.equal([3, 5]);
    expect(conditions(true, { releaseType: null, terms: null })).to.deep.equal([0]);
  });

  it("fixes the date of a time lock", () => {
    const terms = { ...checkoutOf().terms!, timeLockUntil: "1735689600" };
    const { earliest, latest } = expectedPart(checkoutOf({ terms }), context);
    expect([earliest, latest]).to.deep.equal([1_735_689_600n, 1_735_689_600n]);
  });

  it("takes the second part's milestones, dated after those of the first", () => {
    const milestones = Array.from({ length: 6 }, (_, index) => ({
      ...{ index, description: null, amount: `${index + 1}.00`, fee: "0.00", net: "1.00" },
      part: index < 4 ? 0 : 1,
    }));
    const parts = { total: 2, left: 1 };
    const part = expectedPart(checkoutOf({ milestones, parts }), context);
    expect(part.amounts).to.deep.equal([5_000_000n, 6_000_000n]);
    expect(part.latest).to.equal(1_000n + 4n * 2_592_000n + 600n);
  });

  it("refuses a payment without a payee", () => {
    expect(() => expectedPart(checkoutOf({ payee: null }), context)).to.throw(
      "expected a payment with a payee",
    );
  });
});
