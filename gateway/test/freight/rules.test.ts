import { expect } from "chai";
import { statusAfter } from "../../src/freight/event-types";
import { decideSettlement } from "../../src/freight/payment-intents/decide-settlement";
import { releaseOf, RISK_TIERS, SCHEDULES, tierOf } from "../../src/freight/risk";
import { parseJson } from "../../src/freight/server/json-body";
import { toUnits } from "../../src/freight/wire";
import { refusal } from "../harness/refusal";

describe("freight rules", () => {
  it("maps scores to the tiers of spec 004", () => {
    expect([null, 0, 0.32, 0.33, 0.45, 0.66, 0.67, 1].map(tierOf)).to.deep.equal([
      "medium",
      "low",
      "low",
      "medium",
      "medium",
      "medium",
      "high",
      "high",
    ]);
  });

  it("schedules of every tier sum to the whole", () => {
    for (const tier of RISK_TIERS) {
      expect(SCHEDULES[tier].reduce((sum, { bps }) => sum + bps, 0n)).to.equal(10_000n);
    }
  });

  it("releases low risk at once, medium risk at once at delivery and later otherwise, high risk by hand", () => {
    const types = ["PICKUP_CONFIRMED", "POD_CONFIRMED", "CLAIM_WINDOW_CLOSED"] as const;
    const releases = (tier: (typeof RISK_TIERS)[number]) =>
      types.map((type) => releaseOf(tier, type));
    expect(releases("low")).to.deep.equal(["immediate", "immediate", "immediate"]);
    expect(releases("medium")).to.deep.equal(["delayed", "immediate", "delayed"]);
    expect(releases("high")).to.deep.equal(["manual", "manual", "manual"]);
  });

  it("approves medium risk 24 hours after the first request, by the chain's time, and high risk only by force", () => {
    const at = (now: bigint, delayedUntil: bigint | null, force = false) =>
      decideSettlement({ tier: "medium", delayedUntil, force, now });
    const first = at(1_000n, null);
    expect(first).to.deep.include({ action: "delayed", delayedUntil: 87_400n });
    expect(at(87_399n, first.delayedUntil).action).to.equal("delayed");
    expect(at(87_400n, first.delayedUntil).action).to.equal("approved");
    expect(at(1_000n, null, true)).to.deep.include({ action: "approved", isForced: true });
    const high = { tier: "high", delayedUntil: null, now: 1_000n } as const;
    expect(decideSettlement({ ...high, force: false }).action).to.equal("rejected");
    expect(decideSettlement({ ...high, force: true }).action).to.equal("approved");
  });

  it("never moves a shipment's state back, whatever the order of its events", () => {
    expect(statusAfter("delivered", "PICKUP_CONFIRMED")).to.equal("delivered");
    expect(statusAfter("pending", "POD_CONFIRMED")).to.equal("delivered");
    expect(statusAfter("cancelled", "POD_CONFIRMED")).to.equal("cancelled");
  });

  it("takes amounts to the last digit, also those that a double cannot hold", () => {
    const amountIn = (text: string) =>
      toUnits((parseJson(`{"amount": ${text}}`) as { amount: number }).amount, "amount");
    expect(amountIn("10000.00")).to.equal(10_000_000_000n);
    expect(amountIn("0.000001")).to.equal(1n);
    expect(amountIn("1234567890123.123456")).to.equal(1_234_567_890_123_123_456n);
  });

  it("refuses zero, seven decimals and exponents", () => {
    for (const text of ["0", "1.0000001", "1e3", "-5"]) {
      expect(refusal(() => toUnits(text, "amount")).param).to.equal("amount");
    }
  });
});
