import { expect } from "chai";
import fc from "fast-check";
import { milestoneCosts, rentItems, rentOf, totalCost } from "../../src/screens/create/costs";

describe("the costs of a payment", () => {
  it("divides each milestone to the last unit", () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(1n, 2n ** 62n), { minLength: 1, maxLength: 4 }),
        fc.record({
          gatewayFeeBps: fc.nat(1_000),
          protocolFeeBps: fc.nat(500),
          platformFeeBps: fc.nat(1_000),
        }),
        (amounts, rates) => {
          const costs = milestoneCosts(amounts, rates);
          for (const cost of costs) {
            expect(cost.recipient + cost.gatewayFee + cost.protocolFee).to.equal(cost.amount);
          }
          const total = totalCost(costs);
          expect(total.amount).to.equal(amounts.reduce((sum, amount) => sum + amount, 0n));
        },
      ),
      { seed },
    );
  });

  it("adds the platform fee on top, rounded down as the program does", () => {
    const rates = { gatewayFeeBps: 0, protocolFeeBps: 0, platformFeeBps: 250 };
    const [cost] = milestoneCosts([4_000_000_039n], rates);
    expect(cost!.platformFee).to.equal(100_000_000n);
  });

  it("opens the fewest accounts for a second delegated payment", () => {
    const state = { hasUserPayment: true, hasTokenAccount: true, isToken2022: false };
    expect(rentItems({ ...state, funding: "delegated" }).map(({ bytes }) => bytes)).to.deep.equal([
      384,
    ]);
    expect(rentItems({ ...state, funding: "held" }).map(({ bytes }) => bytes)).to.deep.equal([
      384, 640, 165,
    ]);
  });

  it("computes the chain's rent of each size from the rent of an empty account", () => {
    expect(rentOf(165, 890_880n)).to.equal(2_039_280n);
    expect(rentOf(384, 890_880n)).to.equal(3_563_520n);
  });
});
