import { expect } from "chai";
import { type Escrow, FUNDING_KIND_CLOSED, type PaymentPolicy } from "@milepost/sdk";
import BN from "bn.js";
import { outlookOf } from "../../src/screens/my-milestones/next-deadline";
import { escrowWith, heldPolicyWith, NOW, policyWith } from "../policies";

const DAY = 86_400;
const submitted = { state: { submitted: {} }, submittedAt: new BN(NOW) } as const;

const cases: [string, PaymentPolicy, Escrow | null, number, object][] = [
  [
    "a delegated payment with a date",
    policyWith(),
    null,
    NOW - 10,
    { state: "scheduled", deadline: { at: NOW, text: "Due" } },
  ],
  [
    "a delegated payment without a date",
    policyWith({ releaseCondition: 0 }),
    null,
    NOW,
    { state: "scheduled", deadline: null },
  ],
  [
    "a paused payment",
    policyWith({}, { status: { paused: {} } }),
    null,
    NOW,
    { state: "paused", deadline: null },
  ],
  [
    "a completed payment",
    policyWith({ currentMilestone: 2 }),
    null,
    NOW,
    { state: "ended", deadline: null },
  ],
  [
    "a payment whose escrow was closed",
    policyWith({}, { fundingKind: FUNDING_KIND_CLOSED }),
    null,
    NOW,
    { state: "ended", deadline: null },
  ],
  [
    "an escrow that the recipient has not accepted",
    heldPolicyWith(),
    escrowWith({}, { acceptedAt: new BN(0) }),
    NOW,
    { state: "to accept", deadline: null },
  ],
  [
    "an unfunded milestone",
    heldPolicyWith(),
    escrowWith(),
    NOW,
    { state: "to fund", deadline: null },
  ],
  [
    "a funded milestone",
    heldPolicyWith({ dueAts: [NOW + 100, NOW + 200] }),
    escrowWith({ state: { funded: {} } }),
    NOW,
    { state: "in work", deadline: { at: NOW + 100 + 7 * DAY, text: "Payer may take it back" } },
  ],
  [
    "a delivery that can still be disputed",
    heldPolicyWith(),
    escrowWith(submitted),
    NOW + 5 * DAY - 1,
    { state: "in review", deadline: { at: NOW + 5 * DAY, text: "Last moment to dispute" } },
  ],
  [
    "a delivery that can no longer be disputed",
    heldPolicyWith(),
    escrowWith(submitted),
    NOW + 5 * DAY,
    {
      state: "in review",
      deadline: { at: NOW + 7 * DAY, text: "Can be paid without approval from" },
    },
  ],
  [
    "a dispute one second before mediation",
    heldPolicyWith(),
    escrowWith({ state: { disputed: {} } }, { mediationAt: new BN(NOW + 10) }),
    NOW + 9,
    { state: "disputed", deadline: { at: NOW + 10, text: "Goes to the mediator" } },
  ],
  [
    "a dispute at the second in which mediation starts by itself",
    heldPolicyWith(),
    escrowWith({ state: { disputed: {} } }, { mediationAt: new BN(NOW + 10) }),
    NOW + 10,
    {
      state: "in mediation",
      deadline: { at: NOW + 10 + 14 * DAY, text: "The split set in the terms may be paid" },
    },
  ],
];

describe("the next deadline of a policy", () => {
  for (const [name, policy, escrow, now, outlook] of cases) {
    it(`is known for ${name}`, () => {
      expect(outlookOf(policy, escrow, now)).to.deep.equal(outlook);
    });
  }
});
