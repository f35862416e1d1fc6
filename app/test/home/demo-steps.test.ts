import BN from "bn.js";
import { expect } from "chai";
import { mediator, owner, recipient } from "../../../sdk/test/fixtures";
import { heldSnapshot, SUBMITTED, TERMS } from "../../../sdk/test/held-snapshot";
import { demoJumps, demoSteps } from "../../src/screens/home/demo/demo-steps";

const ADDRESSES = {
  payer: owner.publicKey,
  payee: recipient.publicKey,
  mediator: mediator.publicKey,
};

const at = (now: number) => ({ snapshot: { now: new BN(now) } });
const labels = (...given: Parameters<typeof heldSnapshot>) =>
  demoSteps(heldSnapshot(...given), ADDRESSES).map(({ role, label }) => `${role}: ${label}`);

describe("steps of the demonstration", () => {
  it("lets only the freelancer act before a delivery", () => {
    expect(labels("funded", at(1_200))).to.deep.equal(["payee: Deliver the work"]);
  });

  it("offers approval before the dispute", () => {
    expect(labels("submitted", at(SUBMITTED + 1))).to.deep.equal([
      "payer: Approve the delivery",
      "payer: Dispute the delivery",
    ]);
  });

  it("lets the freelancer collect once silence counts as approval", () => {
    const late = at(SUBMITTED + TERMS.reviewPeriodSecs);
    expect(labels("submitted", late)).to.include("payee: Collect after the silence");
  });

  it("gives a dispute in mediation to the mediator", () => {
    expect(labels("mediation")).to.deep.equal(["mediator: Decide: 60% to Brook"]);
  });

  it("jumps to each coming change, the nearest first", () => {
    const now = SUBMITTED + 10;
    const jumps = demoJumps(heldSnapshot("submitted", at(now)), now);
    expect(jumps.map(({ seconds }) => seconds)).to.deep.equal([
      TERMS.disputeWindowSecs - 10,
      TERMS.reviewPeriodSecs - 10,
    ]);
    expect(jumps[1]!.label).to.equal("Jump 1 minute: silence counts as approval");
  });
});
