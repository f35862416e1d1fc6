import { expect } from "chai";
import { Keypair } from "@solana/web3.js";
import { checkDraft, type DraftFacts, localSeconds } from "../../src/screens/create/check-draft";
import { type Draft, emptyDraft } from "../../src/screens/create/draft";
import { draftWarnings } from "../../src/screens/create/warnings";

const [owner, mint, recipient, mediator, gateway] = Array.from({ length: 5 }, () =>
  Keypair.generate().publicKey.toBase58(),
) as [string, string, string, string, string];
const now = localSeconds("2026-12-01T12:00");
const facts: DraftFacts = { decimals: 6, owner };

function draftWith(change: Partial<Draft> = {}): Draft {
  return {
    ...emptyDraft({ mint, gateway }),
    recipient,
    mediator,
    milestones: [
      { id: 1, amount: "400", description: "Demolition", dueAt: "2026-12-24T18:00" },
      { id: 2, amount: "600.50", description: "Tiles", dueAt: "2027-01-24T18:00" },
    ],
    ...change,
  };
}

describe("the check of a draft", () => {
  it("builds a held payment out of a complete draft", () => {
    const { values, errors } = checkDraft(draftWith(), facts);
    expect(errors).to.deep.equal({});
    expect(draftWarnings(draftWith(), values!, now)).to.deep.equal([]);
    expect(values!.amounts).to.deep.equal([400_000_000n, 600_500_000n]);
    expect(values!.timestamps).to.deep.equal([
      localSeconds("2026-12-24T18:00"),
      localSeconds("2027-01-24T18:00"),
    ]);
    expect(values!.releaseCondition).to.equal(4);
    expect(values!.memo).to.equal("Demolition; Tiles");
    expect(values!.mediator!.toBase58()).to.equal(mediator);
    expect(values!.terms.reviewPeriodSecs).to.equal(604_800);
    expect(values!.fund).to.equal("next");
  });

  it("needs neither mediator nor terms for a delegated payment", () => {
    const terms = { ...emptyDraft().terms, reviewDays: "" };
    const { values, errors } = checkDraft(
      draftWith({ funding: "delegated", mediator: "", terms }),
      facts,
    );
    expect(errors).to.deep.equal({});
    expect(values!.mediator).to.equal(null);
    expect(values!.fund).to.equal(undefined);
  });

  const milestone = draftWith().milestones[0]!;
  const cases: [string, Partial<Draft>, Record<string, string>][] = [
    ["no token", { mint: "" }, { mint: "Enter the address of a token's mint." }],
    [
      "a recipient that is no address",
      { recipient: "alice.sol" },
      { recipient: "Expected a Solana address of 32 to 44 letters and digits." },
    ],
    [
      "the payer as recipient",
      { recipient: owner },
      { recipient: "This is your own wallet. Enter the wallet that is paid." },
    ],
    [
      "the payer as mediator",
      { mediator: owner },
      { mediator: "You cannot mediate your own payment. Enter a third wallet." },
    ],
    [
      "the recipient as mediator",
      { mediator: recipient },
      { mediator: "The recipient cannot mediate. Enter a third wallet." },
    ],
    [
      "an amount below the mint's precision",
      { milestones: [{ ...milestone, amount: "0.0000001" }] },
      { "amount.0": "Expected at most 6 digits after the point, received 7." },
    ],
    [
      "a missing date where the condition needs one",
      { hasDueDate: true, milestones: [{ ...milestone, dueAt: "" }] },
      { "dueAt.0": "Enter a due date." },
    ],
    [
      "dates out of order",
      { milestones: [milestone, { ...milestone, id: 2, dueAt: "2026-12-23T18:00" }] },
      {
        "dueAt.1":
          "Milestones are paid in order. Choose a date on or after the previous milestone's date.",
      },
    ],
    [
      "descriptions above 64 bytes",
      { milestones: [{ ...milestone, description: "ü".repeat(40) }] },
      { memo: "Shorten the descriptions by 16 bytes." },
    ],
    [
      "a dispute window above the review",
      { terms: { ...emptyDraft().terms, disputeDays: "8" } },
      { "terms.disputeDays": "Enter at most the number of review days." },
    ],
    [
      "a period without end",
      { terms: { ...emptyDraft().terms, deliveryGraceDays: "366" } },
      { "terms.deliveryGraceDays": "Expected more than 0 to 365 days." },
    ],
    [
      "a platform fee above the program's maximum",
      { terms: { ...emptyDraft().terms, platformFeePercent: "10.01" } },
      {
        "terms.platformFeePercent":
          "Expected 0 to 10 percent, with at most two digits after the point.",
      },
    ],
  ];
  for (const [name, change, errors] of cases) {
    it(`refuses ${name}`, () => {
      const checked = checkDraft(draftWith(change), facts);
      expect(checked.errors).to.deep.equal(errors);
      expect(checked.values).to.equal(null);
    });
  }

  it("reads half days and hundredths of a percent exactly", () => {
    const terms = { ...emptyDraft().terms, disputeDays: "0.5", platformFeePercent: "2.55" };
    const { values } = checkDraft(draftWith({ terms }), facts);
    expect(values!.terms.disputeWindowSecs).to.equal(43_200);
    expect(values!.terms.platformFeeBps).to.equal(255);
  });

  it("asks for a token while its decimals are unknown", () => {
    const { errors } = checkDraft(draftWith(), { ...facts, decimals: null });
    expect(errors).to.deep.equal({ mint: "Choose a token that exists." });
  });

  for (const [code, change] of [
    ["DATE_IN_PAST", { milestones: [{ ...milestone, dueAt: "2026-11-30T00:00" }] }],
    ["PAID_WITHOUT_REVIEW", { approver: "recipient" }],
    ["SHORT_REVIEW", { terms: { ...emptyDraft().terms, disputeDays: "0.5" } }],
    ["NOT_DESCRIBED", { milestones: [{ ...milestone, description: " " }] }],
  ] as [string, Partial<Draft>][]) {
    it(`warns with ${code} and a next step, and still builds`, () => {
      const { values } = checkDraft(draftWith(change), facts);
      const warnings = draftWarnings(draftWith(change), values!, now);
      expect(warnings.map((warning) => warning.code)).to.deep.equal([code]);
      expect(warnings[0]!.nextStep).to.match(/\.$/);
    });
  }
});
