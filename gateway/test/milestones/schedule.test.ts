import { expect } from "chai";
import fc from "fast-check";
import { parsePercentage } from "../../src/money/percentage";
import { type Draft, firstGap, requireFit, scheduleOf } from "../../src/milestones/schedule";
import { refusal } from "../harness/refusal";

const byAmount = (milestoneIndex: number, amount: bigint): Draft => ({
  milestoneIndex,
  amount,
  percentage: null,
});
const byPercent = (milestoneIndex: number, text: string): Draft => ({
  milestoneIndex,
  amount: null,
  percentage: parsePercentage(Number(text), "percentage"),
});
const sum = (values: readonly bigint[]) => values.reduce((all, each) => all + each, 0n);

/** Up to 20 percentages with up to 6 decimals that sum to exactly 100. */
const hundredPercent = fc
  .tuple(
    fc.integer({ min: 0, max: 6 }),
    fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 20 }),
  )
  .map(([decimals, weights]) => {
    const whole = 100n * 10n ** BigInt(decimals);
    const all = sum(weights.map(BigInt));
    const shares = weights.map((weight) => (whole * BigInt(weight)) / all);
    shares[0]! += whole - sum(shares);
    return { decimals, shares: shares.filter((share) => share > 0n) };
  });

const toText = (share: bigint, decimals: number): string => {
  const digits = share.toString().padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  return decimals === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
};

describe("a schedule", () => {
  it("given percentages alone then the amounts sum to the total exactly, none off by a unit or more", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }),
        hundredPercent,
        (total, { decimals, shares }) => {
          const drafts = shares.map((share, index) => byPercent(index, toText(share, decimals)));
          const schedule = scheduleOf(total, drafts);
          if (schedule.is !== "complete") throw new Error(schedule.is);
          expect(sum(schedule.amounts)).to.equal(total);
          const whole = 100n * 10n ** BigInt(decimals);
          schedule.amounts.forEach((amount, index) => {
            const off = amount * whole - total * shares[index]!;
            expect(off > -whole && off < whole, `index ${index}`).to.equal(true);
          });
        },
      ),
    );
  });

  it("given amounts that sum to the total then exactly these amounts, in the order of their indexes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 1n, max: 1n << 58n }), { minLength: 1, maxLength: 20 }),
        fc.integer(),
        (amounts, seed) => {
          const drafts = amounts.map((amount, index) => byAmount(index, amount));
          drafts.sort(
            (a, b) => ((a.milestoneIndex * 7 + seed) % 5) - ((b.milestoneIndex * 7 + seed) % 5),
          );
          expect(scheduleOf(sum(amounts), drafts)).to.deep.equal({ is: "complete", amounts });
        },
      ),
    );
  });

  it("given the left-over units then they go to the largest remainders, the lower index first", () => {
    const thirds = ["33.33", "33.33", "33.34"].map((text, index) => byPercent(index, text));
    expect(scheduleOf(100n, thirds)).to.deep.equal({ is: "complete", amounts: [33n, 33n, 34n] });
    const halves = [byPercent(0, "50"), byPercent(1, "50")];
    expect(scheduleOf(101n, halves)).to.deep.equal({ is: "complete", amounts: [51n, 50n] });
  });

  it("given a fixed amount beside percentages then only an exact sum is complete", () => {
    expect(scheduleOf(1000n, [byAmount(0, 300n), byPercent(1, "70")])).to.deep.equal({
      is: "complete",
      amounts: [300n, 700n],
    });
    expect(scheduleOf(1000n, [byAmount(0, 300n), byPercent(1, "69.9")])).to.deep.equal({
      is: "incomplete",
      planned: 999n,
    });
    expect(scheduleOf(1000n, [byAmount(0, 300n), byPercent(1, "70.01")]).is).to.equal("exceeded");
  });

  it("given no drafts then it is incomplete", () => {
    expect(scheduleOf(1000n, [])).to.deep.equal({ is: "incomplete", planned: 0n });
  });
});

describe("a new draft", () => {
  const existing = [byAmount(0, 300n), byAmount(1, 500n)];

  it("given a used index then the text that Finternet's users know", () => {
    const { code, message, param } = refusal(() => requireFit(1000n, existing, byAmount(0, 1n)));
    expect([code, message, param]).to.deep.equal([
      "invalid_request",
      "Milestone with index 0 already exists",
      "milestoneIndex",
    ]);
  });

  it("given more than the total then the text that Finternet's users know", () => {
    const { message, param } = refusal(() => requireFit(1000n, existing, byAmount(2, 201n)));
    expect([message, param]).to.deep.equal([
      "Total milestone amounts exceed escrow order amount",
      "amount",
    ]);
    const other = refusal(() => requireFit(1000n, existing, byPercent(2, "20.1")));
    expect(other.param).to.equal("percentage");
  });

  it("given a full sum with a gap in the indexes then it names the missing index", () => {
    const { message } = refusal(() => requireFit(1000n, existing, byAmount(3, 200n)));
    expect(message).to.contain("no milestone with index 2");
    requireFit(1000n, existing, byAmount(3, 199n));
  });

  it("given a percentage of less than one base unit then it is refused", () => {
    const { param } = refusal(() => requireFit(1000n, [], byPercent(0, "0.01")));
    expect(param).to.equal("percentage");
  });

  it("finds the first gap of any set of indexes", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 19 })), (indexes) => {
        const gap = firstGap(indexes.map((milestoneIndex) => ({ milestoneIndex })));
        expect(indexes).to.not.include(gap);
        for (let below = 0; below < gap; below += 1) expect(indexes).to.include(below);
      }),
    );
  });
});
