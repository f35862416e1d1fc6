import { expect } from "chai";
import fc from "fast-check";
import { ORDER_STATUSES } from "../../src/escrow-orders/order-status";
import { parseTerms } from "../../src/intents/intent-terms";
import { planRelease, RELEASE_TYPES } from "../../src/intents/release-plan";
import type { CreateIntentBody } from "../../src/intents/schema";
import { parseSeconds, timeLockWait } from "../../src/intents/time-lock";
import { refusal } from "../harness/refusal";

const body = (changes: Partial<CreateIntentBody> = {}): CreateIntentBody => ({
  amount: "1000.00",
  currency: "USDC",
  type: "DELIVERY_VS_PAYMENT",
  settlementMethod: "OFF_RAMP_MOCK",
  settlementDestination: "bank_account_123",
  ...changes,
});

describe("an intent's terms", () => {
  it("count the same in metadata as at the top level", () => {
    const metadata = {
      releaseType: "TIME_LOCKED",
      timeLockUntil: "1735689600",
      deliveryPeriod: 60,
      autoRelease: "true",
    };
    const top = body({
      releaseType: "TIME_LOCKED",
      timeLockUntil: 1735689600,
      deliveryPeriod: 60,
      autoRelease: true,
    });
    const expected = {
      type: "DELIVERY_VS_PAYMENT",
      amount: 1_000_000_000n,
      releaseType: "TIME_LOCKED",
      autoRelease: true,
      timeLockUntil: 1_735_689_600n,
      deliveryPeriodSecs: 60,
    };
    expect(parseTerms(body({ metadata }), 6)).to.deep.equal(expected);
    expect(parseTerms(top, 6)).to.deep.equal(expected);
  });

  it("are those of Finternet's API by default: DELIVERY_PROOF, no automatic release, 30 days", () => {
    const { releaseType, autoRelease, timeLockUntil, deliveryPeriodSecs } = parseTerms(body(), 6);
    expect([releaseType, autoRelease, timeLockUntil, deliveryPeriodSecs]).to.deep.equal([
      "DELIVERY_PROOF",
      false,
      null,
      2_592_000,
    ]);
  });

  const refused: [string, Partial<CreateIntentBody>, string, string][] = [
    [
      "two different values",
      { releaseType: "AUTO_RELEASE", metadata: { releaseType: "TIME_LOCKED" } },
      "releaseType",
      "metadata.releaseType",
    ],
    [
      "an unknown release type",
      { metadata: { releaseType: "SOMETIMES" } },
      "metadata.releaseType",
      "TIME_LOCKED, MILESTONE_LOCKED",
    ],
    [
      "TIME_LOCKED without a time",
      { releaseType: "TIME_LOCKED" },
      "timeLockUntil",
      "required for TIME_LOCKED",
    ],
    [
      "a time lock on another type",
      { metadata: { timeLockUntil: "1735689600" } },
      "metadata.timeLockUntil",
      "only a TIME_LOCKED",
    ],
    [
      "a flag that is a word",
      { metadata: { autoRelease: "yes" } },
      "metadata.autoRelease",
      "true or false",
    ],
    [
      "a period of zero",
      { metadata: { deliveryPeriod: 0 } },
      "metadata.deliveryPeriod",
      "1 to 31536000",
    ],
    [
      "a period in milliseconds",
      { metadata: { deliveryPeriod: 2592000000 } },
      "metadata.deliveryPeriod",
      "1 to 31536000",
    ],
    [
      "a release type of a consented pull",
      { type: "CONSENTED_PULL", releaseType: "AUTO_RELEASE" },
      "releaseType",
      "CONSENTED_PULL",
    ],
  ];
  for (const [what, changes, param, text] of refused) {
    it(`given ${what} then a refusal that names ${param}`, () => {
      const error = refusal(() => parseTerms(body(changes), 6));
      expect([error.code, error.param]).to.deep.equal(["invalid_request", param]);
      expect(error.message).to.contain(text);
    });
  }
});

describe("Unix seconds", () => {
  it("given milliseconds then a refusal that asks whether the thousandth was meant", () => {
    const { message, param } = refusal(() => parseSeconds("1735689600000", "timeLockUntil"));
    expect(message).to.contain("looks like milliseconds: did you mean 1735689600?");
    expect(param).to.equal("timeLockUntil");
    expect(refusal(() => parseSeconds("100000000000", "t")).message).to.contain("milliseconds");
    expect(refusal(() => parseSeconds("99999999999", "t")).message).to.contain("the year 2200");
    // The thousandth is no date either.
    expect(refusal(() => parseSeconds("9".repeat(20), "t")).message).to.contain("the year 2200");
  });

  it("read every second up to the year 2200, and nothing else", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 7_258_118_400n }), (seconds) => {
        expect(parseSeconds(seconds.toString(), "t")).to.equal(seconds);
        expect(parseSeconds(Number(seconds), "t")).to.equal(seconds);
      }),
    );
    for (const value of ["0", "-1", "1.5", 1.5, "", "soon", null, true, "1e9", NaN]) {
      expect(refusal(() => parseSeconds(value, "t")).code, String(value)).to.equal(
        "invalid_request",
      );
    }
  });
});

describe("the gate of a time lock", () => {
  it("given any time and status then due exactly from that second on, and only SHIPPED or DELIVERED", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1n << 40n }),
        fc.bigInt({ min: -2n, max: 2n }),
        fc.constantFrom(...ORDER_STATUSES),
        (until, offset, orderStatus) => {
          const wait = timeLockWait({ now: until + offset, timeLockUntil: until, orderStatus });
          const isOpen = orderStatus === "SHIPPED" || orderStatus === "DELIVERED";
          expect(wait === null).to.equal(isOpen && offset >= 0n);
          if (isOpen && offset < 0n) expect(wait).to.equal("time");
        },
      ),
    );
  });
});

describe("the plan on chain", () => {
  it("has the condition of each type", () => {
    const conditionOf = (releaseType: (typeof RELEASE_TYPES)[number], autoRelease: boolean) =>
      planRelease({ type: "DELIVERY_VS_PAYMENT", releaseType, autoRelease, isPayeeKey: false })
        .releaseCondition;
    expect(
      RELEASE_TYPES.map((type) => [type, conditionOf(type, true), conditionOf(type, false)]),
    ).to.deep.equal([
      ["TIME_LOCKED", 3, 3],
      ["MILESTONE_LOCKED", 2, 4],
      ["DELIVERY_PROOF", 2, 4],
      ["AUTO_RELEASE", 2, 4],
    ]);
    const pull = {
      type: "CONSENTED_PULL",
      releaseType: null,
      autoRelease: true,
      isPayeeKey: false,
    } as const;
    expect(planRelease(pull)).to.deep.equal({ funding: "delegated", releaseCondition: 0 });
  });

  it("given the payee's own key then the gateway never signs on its word alone", () => {
    for (const releaseType of RELEASE_TYPES) {
      for (const autoRelease of [true, false]) {
        const { releaseCondition } = planRelease({
          type: "DELIVERY_VS_PAYMENT",
          releaseType,
          autoRelease,
          isPayeeKey: true,
        });
        expect([4, 5]).to.include(releaseCondition);
      }
    }
  });
});
