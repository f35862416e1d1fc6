import { expect } from "chai";
import fc from "fast-check";
import { compareMoney, type Recorded } from "../../src/reconciliation/compare";

const units = fc.bigInt(0n, 2n ** 64n - 1n);
const recorded = (changes: Partial<Recorded> = {}): Recorded => ({
  kind: "held",
  isClosed: false,
  funded: 10n,
  paid: 4n,
  refunded: 1n,
  ...changes,
});

describe("comparison of ledger and chain", () => {
  it("finds no difference exactly when all sums are equal, for any amounts", () => {
    fc.assert(
      fc.property(units, units, units, units, units, units, (a, b, c, d, e, f) => {
        const found = {
          funded: d,
          paid: e,
          refunded: f,
          outstanding: d - e - f,
          funding: "held",
        } as const;
        const differences = compareMoney(recorded({ funded: a, paid: b, refunded: c }), found);
        const isEqual = a === d && b === e && c === f;
        expect(differences.length === 0).to.equal(isEqual);
        const same = compareMoney(recorded({ funded: d, paid: e, refunded: f }), found);
        expect(same).to.deep.equal([]);
      }),
    );
  });

  it("names each sum that differs with both numbers", () => {
    const found = {
      funded: 10n,
      paid: 6n,
      refunded: 1n,
      outstanding: 3n,
      funding: "held",
    } as const;
    expect(compareMoney(recorded(), found)).to.deep.equal([
      { field: "paid", ledger: 4n, chain: 6n },
      { field: "outstanding", ledger: 5n, chain: 3n },
    ]);
  });

  it("given an account that is gone with money in it, then that is a difference, unless the gateway knows of its end", () => {
    expect(compareMoney(recorded(), null)).to.deep.equal([
      { field: "account", ledger: 5n, chain: null },
    ]);
    expect(compareMoney(recorded({ isClosed: true }), null)).to.deep.equal([]);
    expect(compareMoney(recorded({ paid: 9n }), null)).to.deep.equal([]);
    expect(compareMoney(recorded({ kind: "delegated" }), null)).to.deep.equal([]);
  });

  it("given a closed escrow, then only what is outstanding counts", () => {
    const found = {
      funded: 0n,
      paid: 0n,
      refunded: null,
      outstanding: 0n,
      funding: "closed",
    } as const;
    expect(compareMoney(recorded({ paid: 9n }), found)).to.deep.equal([]);
    expect(compareMoney(recorded(), found)).to.deep.equal([
      { field: "outstanding", ledger: 5n, chain: 0n },
    ]);
  });
});
