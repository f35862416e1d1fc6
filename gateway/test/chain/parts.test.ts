import { expect } from "chai";
import fc from "fast-check";
import { memoOf, placeOf, planParts } from "../../src/chain";

describe("parts of an intent", () => {
  it("keep the order and sum of 1 to 20 milestones, four per part at most", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(1n, 10n ** 12n), { minLength: 1, maxLength: 20 }),
        (amounts) => {
          const parts = planParts(amounts);
          expect(parts.flatMap(({ milestones }) => milestones)).to.deep.equal(amounts);
          parts.forEach(({ part, first, milestones }, number) => {
            expect(part).to.equal(number);
            expect(first).to.equal(number * 4);
            expect(milestones.length).to.be.within(1, 4);
            if (number < parts.length - 1) expect(milestones.length).to.equal(4);
          });
          amounts.forEach((amount, at) => {
            const { part, index } = placeOf(at);
            expect(parts[part]!.milestones[index]).to.equal(amount);
          });
        },
      ),
    );
  });

  for (const count of [0, 21]) {
    it(`refuse ${count} milestones, naming the parameter`, () => {
      expect(() => planParts(Array.from({ length: count })))
        .to.throw(`milestones: expected 1 to 20, received ${count}`)
        .with.property("param", "milestones");
    });
  }

  it("have memos that differ by object and part and say nothing about either", () => {
    const memos = ["a", "b"].flatMap((id) => [0, 1].map((part) => memoOf(id, part)));
    expect(new Set(memos).size).to.equal(4);
    for (const memo of memos) expect(memo).to.match(/^mp1:[0-9a-f]{60}$/);
    expect(memoOf("a", 0)).to.equal(memos[0]);
  });
});
