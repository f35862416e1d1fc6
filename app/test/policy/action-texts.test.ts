import { decideNextActions, type MilestoneStateName } from "@milepost/sdk";
import BN from "bn.js";
import { expect } from "chai";
import { heldSnapshot, PARTIES, STATES, TERMS, SUBMITTED } from "../../../sdk/test/held-snapshot";
import { policy, releaseSnapshot } from "../../../sdk/test/fixtures";
import { orderActions } from "../../src/screens/policy/action-texts";

const listOf = (state: MilestoneStateName, who: string, options = {}) => {
  const snapshot = heldSnapshot(state, options);
  const next = decideNextActions(snapshot, PARTIES[who]!);
  const isAccepted = !snapshot.escrow!.account.acceptedAt.isZero();
  return orderActions(next.possible, { ...next, isAccepted });
};

describe("actions of a policy", () => {
  it("shows the payer approval first and the dispute last, for a delivery", () => {
    const early = { snapshot: { now: new BN(SUBMITTED + 1) } };
    const { primary, others } = listOf("submitted", "owner", early);
    expect(primary?.label).to.equal("Approve and pay");
    expect(others.at(-1)?.label).to.equal("Dispute the delivery");
  });

  it("never makes paying unseen work the primary action", () => {
    const { primary, others } = listOf("funded", "owner");
    expect(primary).to.equal(null);
    const unseen = others.find(({ action }) => action.instruction === "approveMilestone");
    expect(unseen).to.include({ isDangerous: true, label: "Pay before a delivery" });
  });

  it("offers a release to anyone once silence counts as approval", () => {
    const late = { snapshot: { now: new BN(SUBMITTED + TERMS.reviewPeriodSecs) } };
    expect(listOf("submitted", "stranger", late).primary?.label).to.equal("Release the payment");
  });

  it("leaves the money of later milestones until their turn", () => {
    const two = {
      milestoneAmounts: [6_000, 4_000, 0, 0].map((amount) => new BN(amount)),
      totalMilestones: 2,
    };
    const first = listOf("unfunded", "owner", { milestone: two });
    expect(first.primary?.label).to.equal("Fund milestone 1");
    const later = listOf("funded", "owner", { milestone: two });
    expect(later.primary).to.equal(null);
    expect(later.others[0]!.label).to.equal("Fund milestone 2");
  });

  it("lets the mediator decide", () => {
    expect(listOf("mediation", "mediator").primary?.label).to.equal("Decide the dispute");
  });

  it("asks the recipient to accept before anything else", () => {
    const open = { escrow: { acceptedAt: new BN(0) } };
    expect(listOf("funded", "recipient", open).primary?.label).to.equal("Accept the terms");
    expect(listOf("funded", "owner", open).others.at(-1)?.label).to.equal("Take everything back");
  });

  for (const state of STATES) {
    for (const who of Object.keys(PARTIES)) {
      it(`puts what is dangerous last for the ${who} of a milestone that is ${state}`, () => {
        const { primary, others } = listOf(state, who);
        expect(primary?.isDangerous ?? false).to.equal(false);
        const flags = others.map(({ isDangerous }) => Number(isDangerous));
        expect(flags).to.deep.equal([...flags].sort());
        for (const { label, text } of others) expect([label, text]).to.not.include("");
      });
    }
  }

  it("offers pause and deletion of a delegated policy after the release", () => {
    const snapshot = releaseSnapshot({ policy: policy({ releaseCondition: 4 }) });
    const next = decideNextActions(snapshot, PARTIES.owner!);
    const { primary, others } = orderActions(next.possible, { ...next, isAccepted: false });
    expect(primary?.label).to.equal("Release the payment");
    expect(others.map(({ label }) => label)).to.deep.equal([
      "Move the money into a vault",
      "Pause the payments",
      "Delete the agreement",
    ]);
  });
});
