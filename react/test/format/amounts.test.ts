/** Amounts as text, exact to the last base unit. A failing run prints its seed. */
import { expect } from "chai";
import fc from "fast-check";
import { formatAmount, formatBps, parseAmount } from "../../src/format/amounts";

describe("formatAmount and parseAmount", () => {
  it("write what they read, for any amount and any number of decimals", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.integer({ min: 0, max: 18 }),
        (amount, decimals) => {
          expect(parseAmount(formatAmount(amount, decimals), decimals)).to.equal(amount);
        },
      ),
    );
  });

  it("write groups, at least two decimals where the token has them, and every base unit", () => {
    expect(formatAmount(4_000_500_000n, 6)).to.equal("4,000.50");
    expect(formatAmount(1n, 6)).to.equal("0.000001");
    expect(formatAmount(-1_234n, 0)).to.equal("-1,234");
    expect(formatAmount("18446744073709551615", 9)).to.equal("18,446,744,073.709551615");
    expect(formatBps(250)).to.equal("2.5%");
    expect(formatBps(10_000)).to.equal("100%");
    expect(formatBps(0)).to.equal("0%");
  });

  it("refuse text that is not a plain amount of the token", () => {
    for (const text of ["", ".", "1.2.3", "-1", "1e3", "1,00", "0.0000001", "12 345", "0x10"]) {
      expect(parseAmount(text, 6), text).to.equal(null);
    }
    expect(parseAmount("1,234.5", 6)).to.equal(1_234_500_000n);
    expect(parseAmount(".5", 6)).to.equal(500_000n);
    expect(parseAmount("7.", 6)).to.equal(7_000_000n);
  });
});
