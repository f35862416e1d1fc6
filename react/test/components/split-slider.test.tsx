/** The division of a milestone: never a base unit lost. A failing run prints its seed. */
import { expect } from "chai";
import fc from "fast-check";
import { renderToString } from "react-dom/server";
import { bpsToShare, shareToBps, SplitSlider } from "../../src/components/split-slider";

const MOST = 2n ** 63n;
const bps = fc.integer({ min: 0, max: 10_000 });

describe("SplitSlider", () => {
  it("gives all at 100%, nothing at 0%, and never more than there is", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MOST }), bps, (whole, share) => {
        expect(bpsToShare(0, whole)).to.equal(0n);
        expect(bpsToShare(10_000, whole)).to.equal(whole);
        const part = bpsToShare(share, whole);
        expect(part >= 0n && part <= whole).to.equal(true);
        if (whole >= 10_000n) expect(share - shareToBps(part, whole)).to.be.within(0, 1);
      }),
    );
  });

  it("shows parts that add up to what was funded, for any amount, share and fees", () => {
    const fees = fc.record({
      gatewayFeeBps: fc.integer({ min: 0, max: 1_000 }),
      protocolFeeBps: fc.integer({ min: 0, max: 500 }),
      platformFeeBps: fc.integer({ min: 0, max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: MOST }), bps, fees, (amount, share, given) => {
        const html = renderToString(
          <SplitSlider
            amount={amount}
            value={bpsToShare(share, amount)}
            onChange={() => undefined}
            fees={given}
            decimals={6}
          />,
        );
        const parts = [...html.matchAll(/data-part="([\w-]+)" data-base-units="(\d+)"/g)];
        const values = parts.map(([, name, units]) => [name, BigInt(units!)] as const);
        const total = values.find(([name]) => name === "total")![1];
        const sum = values
          .filter(([name]) => name !== "total")
          .reduce((all, [, part]) => all + part, 0n);
        expect(sum).to.equal(total);
        expect(total).to.equal(amount + (amount * BigInt(given.platformFeeBps)) / 10_000n);
      }),
    );
  });

  it("says the share in words for a screen reader, and refuses a share above the amount", () => {
    const html = (value: bigint) =>
      renderToString(
        <SplitSlider
          amount={1_000_000n}
          value={value}
          onChange={() => undefined}
          fees={{ gatewayFeeBps: 0, protocolFeeBps: 0, platformFeeBps: 0 }}
          decimals={6}
          symbol="USDC"
        />,
      );
    expect(html(250_000n)).to.contain('aria-valuetext="25%, 0.25 USDC to the recipient"');
    expect(html(9_000_000n)).to.contain('aria-valuetext="100%, 1.00 USDC to the recipient"');
  });
});
