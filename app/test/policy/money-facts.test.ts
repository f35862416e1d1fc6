import { FUNDING_KIND_CLOSED } from "@milepost/sdk";
import BN from "bn.js";
import { expect } from "chai";
import {
  escrow,
  escrowPda,
  ownerTokens,
  policy,
  releaseSnapshot,
  vault,
} from "../../../sdk/test/fixtures";
import { heldSnapshot } from "../../../sdk/test/held-snapshot";
import { moneyFacts } from "../../src/screens/policy/money-facts";

describe("money of a policy", () => {
  it("counts what a delegated policy promises, and names the owner's own account", () => {
    const snapshot = releaseSnapshot({
      policy: policy({ currentMilestone: 1 }, { totalPaid: new BN(50_000_000) }),
    });
    expect(moneyFacts(snapshot)).to.deep.equal({
      total: 150_000_000n,
      paid: 50_000_000n,
      returned: 0n,
      locked: 0n,
      promised: 100_000_000n,
      place: "owner",
      account: ownerTokens.toBase58(),
    });
  });

  it("counts what the vault holds, the platform fee included", () => {
    expect(moneyFacts(heldSnapshot("submitted"))).to.deep.equal({
      total: 10_000n,
      paid: 0n,
      returned: 0n,
      locked: 10_250n,
      promised: 0n,
      place: "vault",
      account: vault.toBase58(),
    });
  });

  it("promises an unfunded milestone with its platform fee, still in the owner's wallet", () => {
    const facts = moneyFacts(heldSnapshot("unfunded"));
    expect([facts.locked, facts.promised, facts.place]).to.deep.equal([0n, 10_250n, "owner"]);
  });

  it("counts a milestone that was paid before the vault was opened", () => {
    const snapshot = heldSnapshot("unfunded", {
      milestone: {
        milestoneAmounts: [7_000, 3_000, 0, 0].map((amount) => new BN(amount)),
        escrowAmount: new BN(10_000),
        totalMilestones: 2,
        currentMilestone: 1,
      },
      snapshot: { escrow: { address: escrowPda, account: escrow([], { platformFeeBps: 0 }) } },
    });
    const facts = moneyFacts(snapshot);
    expect([facts.paid, facts.promised]).to.deep.equal([7_000n, 3_000n]);
  });

  it("divides a milestone that ended between paid and returned", () => {
    const snapshot = heldSnapshot("resolved", {
      current: { paid: new BN(6_150), refunded: new BN(4_100) },
    });
    const facts = moneyFacts(snapshot);
    expect([facts.paid, facts.returned, facts.locked, facts.place]).to.deep.equal([
      6_150n,
      4_100n,
      0n,
      "none",
    ]);
  });

  it("holds nothing once the escrow is closed", () => {
    const snapshot = releaseSnapshot({
      policy: policy({}, { fundingKind: FUNDING_KIND_CLOSED, totalPaid: new BN(5) }),
    });
    const facts = moneyFacts(snapshot);
    expect([facts.paid, facts.locked, facts.promised, facts.account]).to.deep.equal([
      5n,
      0n,
      0n,
      null,
    ]);
  });
});
