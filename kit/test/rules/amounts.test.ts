/** Schedules and amounts, with bigints. */
import * as sdk from "@milepost/sdk";
import BN from "bn.js";
import { expect } from "chai";
import fc from "fast-check";
import * as client from "../../src";
import { forAll, plain, SEED } from "../random-values";

describe(`amounts (seed ${SEED})`, () => {
  const bps = fc.integer({ min: 0, max: 1_000 });
  const u64 = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

  it("are divided as the SDK does", () => {
    forAll(fc.tuple(u64, bps, bps, bps, fc.integer({ min: 0, max: 100 })), (given) => {
      const [amount, gatewayFeeBps, protocolFeeBps, platformFeeBps, percent] = given;
      const theirs = new BN(amount.toString());
      const fees = { gatewayFeeBps, protocolFeeBps, platformFeeBps };
      expect(plain(client.splitAmount(amount, gatewayFeeBps, protocolFeeBps))).to.equal(
        plain(sdk.splitAmount(theirs, gatewayFeeBps, protocolFeeBps)),
      );
      const share = (amount * BigInt(percent)) / 100n;
      expect(plain(client.divideMilestone(amount, share, fees))).to.equal(
        plain(sdk.divideMilestone(theirs, new BN(share.toString()), fees)),
      );
      expect(client.fundingOf(amount, platformFeeBps).toString()).to.equal(
        sdk.fundingOf(theirs, platformFeeBps).toString(),
      );
    });
  });

  it("become a schedule of four slots", () => {
    expect(client.toMilestoneSchedule([5n, 6], [], client.RELEASE_OWNER)).to.deep.equal({
      milestoneAmounts: [5n, 6n, 0n, 0n],
      milestoneTimestamps: [0n, 0n, 0n, 0n],
      ...{ totalMilestones: 2, releaseCondition: 4, escrowAmount: 11n },
    });
  });

  it("are refused with what was expected", () => {
    const refusals: [() => unknown, string][] = [
      [
        () => client.toMilestoneSchedule([], [], 0),
        "Invalid amounts: expected 1 to 4 milestones, got 0.",
      ],
      [
        () => client.toMilestoneSchedule([0n], [], 0),
        "Invalid amounts[0]: expected an amount above zero, got 0n.",
      ],
      [
        () => client.toMilestoneSchedule([1n, 2n], [5n], 1),
        "Invalid timestamps: expected 2, one per amount, got 1.",
      ],
      [
        () => client.toMilestoneSchedule([1n], [1_700_000_000_000], 1),
        "Invalid timestamps[0]: expected",
      ],
      [() => client.toMemo("x".repeat(65)), "Invalid memo: expected at most 64 bytes of UTF-8"],
      [
        () => client.splitAmount(1.5 as unknown as bigint, 0, 0),
        "Invalid amount: expected a bigint, got 1.5.",
      ],
    ];
    for (const [refused, message] of refusals) {
      expect(refused).to.throw(client.InvalidInputError, message);
    }
  });

  it("are written as a memo and read back", () => {
    const memo = client.toMemo("project_abc");
    expect(memo).to.have.length(64);
    expect(client.decodeMemo(memo)).to.equal("project_abc");
  });
});
