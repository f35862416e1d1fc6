import { expect } from "chai";
import fc from "fast-check";
import { GatewayError } from "../../src/errors/gateway-error";
import { formatAmount, parseAmount } from "../../src/money/amount";

describe("amounts", () => {
  it("reads back every u64 it prints, for any number of decimals", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: (1n << 63n) - 1n }),
        fc.integer({ min: 0, max: 6 }),
        (units, decimals) => {
          const text = formatAmount(units, decimals);
          if (text.split(".")[0]!.length > 13) return;
          expect(parseAmount(text, decimals, "amount")).to.equal(units);
        },
      ),
    );
  });

  for (const [text, decimals, why] of [
    ["0", 6, "an amount above zero"],
    ["0.00", 6, "an amount above zero"],
    ["0.001", 2, "at most 2 decimals"],
    ["1e3", 6, "a decimal string"],
    ["-1", 6, "a decimal string"],
    [" 1", 6, "a decimal string"],
    ["1.", 6, "a decimal string"],
    ["1,000.00", 6, "a decimal string"],
    ["٣", 6, "a decimal string"],
    [1000, 6, "a decimal string"],
    [null, 6, "a decimal string"],
  ] as const) {
    it(`refuses ${JSON.stringify(text)} with ${decimals} decimals and says it expected ${why}`, () => {
      try {
        parseAmount(text, decimals, "amount");
      } catch (error) {
        expect(error).to.be.instanceOf(GatewayError);
        const { message, param } = error as GatewayError;
        expect(message).to.contain(`amount: expected ${why}`).and.to.contain(JSON.stringify(text));
        expect(param).to.equal("amount");
        return;
      }
      throw new Error("accepted");
    });
  }
});
