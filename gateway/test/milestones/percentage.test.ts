import { expect } from "chai";
import fc from "fast-check";
import { percentageOf, requireAgreement } from "../../src/milestones/percentage";
import { isPercentageOf, parsePercentage } from "../../src/money/percentage";
import { refusal } from "../harness/refusal";

const U64 = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n });

describe("a milestone's percentage", () => {
  it("given another percentage than the amount's then percentage_mismatch says which would be right", () => {
    const percentage = parsePercentage(31, "percentage");
    const { code, param, message } = refusal(() => requireAgreement(percentage, 300n, 1000n, 31));
    expect([code, param]).to.deep.equal(["percentage_mismatch", "percentage"]);
    expect(message).to.contain("expected 30.00").and.to.contain("received 31");
  });

  it("agrees when it is computed from the amount, for any amounts and digits", () => {
    fc.assert(
      fc.property(U64, U64, fc.integer({ min: 0, max: 6 }), (a, b, digits) => {
        const [amount, total] = a < b ? [a, b] : [b, a];
        const text = percentageOf(amount, total, digits);
        if (/^0(\.0+)?$/.test(text)) return;
        const scaled = BigInt(text.replace(".", ""));
        expect(isPercentageOf({ scaled, digits }, amount, total)).to.equal(true);
      }),
    );
  });
});
