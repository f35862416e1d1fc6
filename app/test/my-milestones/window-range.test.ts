import { expect } from "chai";
import fc from "fast-check";
import { windowRange } from "../../src/screens/my-milestones/window-range";

describe("the window of a long list", () => {
  it("starts at the first row and ends at the last", () => {
    const view = { viewHeight: 300, rowHeight: 100, count: 1_000, overscan: 2 };
    expect(windowRange({ ...view, scrollTop: 0 })).to.deep.equal({ first: 0, end: 8 });
    expect(windowRange({ ...view, scrollTop: 99_700 })).to.deep.equal({ first: 993, end: 1_000 });
  });

  it("shows every visible row, and few others, at any position", () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
    fc.assert(
      fc.property(
        fc.record({
          scrollTop: fc.integer({ min: -50, max: 200_000 }),
          viewHeight: fc.integer({ min: 1, max: 2_000 }),
          rowHeight: fc.integer({ min: 20, max: 300 }),
          count: fc.integer({ min: 0, max: 1_000 }),
          overscan: fc.integer({ min: 0, max: 5 }),
        }),
        (view) => {
          const { first, end } = windowRange(view);
          expect(first).to.be.within(0, view.count);
          expect(end).to.be.within(0, view.count);
          const shown = Math.ceil(view.viewHeight / view.rowHeight) + 2 * view.overscan;
          expect(end - first).to.be.at.most(shown + 1);
          const top = Math.floor(Math.max(view.scrollTop, 0) / view.rowHeight);
          const bottom = Math.ceil(
            (Math.max(view.scrollTop, 0) + view.viewHeight) / view.rowHeight,
          );
          for (let row = top; row < Math.min(bottom, view.count); row += 1) {
            expect(row).to.be.within(first, end - 1);
          }
        },
      ),
      { seed },
    );
  });
});
