import { expect } from "chai";
import fc from "fast-check";
import { formatAmount, parseAmount } from "../../src/format/amount";

describe("amounts of the page", () => {
  for (const [text, decimals, units] of [
    ["1250.50", 6, 1_250_500_000n],
    [" 0.000001 ", 6, 1n],
    ["18446744073709551615", 0, 18_446_744_073_709_551_615n],
  ] as const) {
    it(`reads "${text}" with ${decimals} decimals`, () => {
      expect(parseAmount(text, decimals)).to.deep.equal({ units });
    });
  }

  for (const [text, decimals, error] of [
    ["", 6, "Enter an amount, such as 1250.00."],
    ["1,250.00", 6, 'Expected digits with at most one point, received "1,250.00".'],
    ["1e3", 6, 'Expected digits with at most one point, received "1e3".'],
    ["-5", 6, 'Expected digits with at most one point, received "-5".'],
    ["0.0000001", 6, "Expected at most 6 digits after the point, received 7."],
    ["0.00", 6, "Expected more than zero."],
    ["18446744073709551616", 0, "This is more than a token account can hold."],
  ] as const) {
    it(`refuses "${text}" with ${decimals} decimals`, () => {
      expect(parseAmount(text, decimals)).to.deep.equal({ error });
    });
  }

  it("reads back every amount that it writes", () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 64n - 1n), fc.nat(12), (units, decimals) => {
        const text = formatAmount(units, decimals).replaceAll(",", "");
        expect(parseAmount(text, decimals)).to.deep.equal({ units });
      }),
      { seed },
    );
  });

  it("keeps two digits after the point and groups thousands", () => {
    expect(formatAmount(1_250_500_000n, 6)).to.equal("1,250.50");
    expect(formatAmount(1n, 6)).to.equal("0.000001");
    expect(formatAmount(5n, 0)).to.equal("5");
  });
});
