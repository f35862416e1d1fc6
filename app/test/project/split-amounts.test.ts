/** Exact amounts of a division, and the terms in words. */
import { expect } from "chai";
import fc from "fast-check";
import {
  outcomeOf,
  shareAtTimeout,
  splitAmounts,
} from "../../src/screens/project/rules/split-amounts";
import { percentWords, periodWords, termsWords } from "../../src/screens/project/rules/terms-words";
import { buildMilestone, buildProject } from "./build-project";

const bps = (max: number) => fc.integer({ min: 0, max });

describe("division of a milestone", () => {
  it("divides 300.00 by 60 to 40 with the fees of each party", () => {
    const fees = { gatewayFeeBps: 100, protocolFeeBps: 0, platformFeeBps: 250 };
    expect(splitAmounts(300_000_000n, 180_000_000n, fees)).to.deep.equal({
      share: 180_000_000n,
      recipient: 178_200_000n,
      gatewayFee: 1_800_000n,
      protocolFee: 0n,
      platformFee: 4_500_000n,
      refund: 123_000_000n,
    });
  });

  it("loses no unit for any amount, share and fees", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 2n ** 60n }),
        fc.bigInt({ min: 0n, max: 10_000n }),
        fc.record({
          gatewayFeeBps: bps(1_000),
          protocolFeeBps: bps(500),
          platformFeeBps: bps(1_000),
        }),
        (amount, part, fees) => {
          const share = (amount * part) / 10_000n;
          const parts = splitAmounts(amount, share, fees);
          const sum = Object.values(parts).reduce((all, one) => all + one, 0n) - parts.share;
          expect(sum).to.equal(amount + (amount * BigInt(fees.platformFeeBps)) / 10_000n);
        },
      ),
    );
  });

  it("names the outcome of a share", () => {
    expect(outcomeOf(10n, 10n)).to.equal("full");
    expect(outcomeOf(10n, 0n)).to.equal("refund");
    expect(outcomeOf(10n, 1n)).to.equal("split");
  });

  it("floors the share of a timeout", () => {
    expect(shareAtTimeout(3n, 5_000)).to.equal(1n);
  });
});

describe("terms in words", () => {
  for (const [seconds, words] of [
    [0, "0 seconds"],
    [1, "1 second"],
    [604_800, "7 days"],
    [90_061, "1 day, 1 hour, 1 minute and 1 second"],
  ] as const) {
    it(`says ${seconds} seconds as ${words}`, () => {
      expect(periodWords(seconds)).to.equal(words);
    });
  }

  it("says basis points exactly", () => {
    expect(percentWords(250)).to.equal("2.5%");
    expect(percentWords(3_333)).to.equal("33.33%");
  });

  it("names every term, and the due date where it binds", () => {
    const { terms } = buildProject(buildMilestone());
    const text = (isAfterDueDate: boolean) =>
      termsWords(terms, isAfterDueDate)
        .map(([title, sentence]) => `${title}: ${sentence}`)
        .join("\n");
    expect(text(false)).to.contain(
      "7 days after a delivery. If they do not respond, the delivery counts as approved",
    );
    expect(text(false)).to.contain("50% goes to the contractor and 50% returns to the homeowner");
    expect(text(false)).to.not.contain("before the milestone's due date");
    expect(text(true)).to.contain("Nothing is paid before the milestone's due date.");
  });
});
