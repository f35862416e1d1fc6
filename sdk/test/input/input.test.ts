import BN from "bn.js";
import { expect } from "chai";
import fc from "fast-check";
import { PublicKey } from "@solana/web3.js";
import { MAX_TIMESTAMP } from "../../src/constants";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { toAddress } from "../../src/input/address";
import { createMemoBuffer, decodeMemo, toMemo } from "../../src/input/memo";
import { toMilestoneSchedule } from "../../src/input/milestones";
import { toTimestamp, toU32, toU64 } from "../../src/input/numbers";
import { expectError } from "../expect-error";
import { NOW } from "../fixtures";

const U64_MAX = 2n ** 64n - 1n;

describe("createMemoBuffer", () => {
  it("given a text, then 64 bytes that decode to it", () => {
    const memo = createMemoBuffer("project_abc", 64);
    expect(memo).to.have.length(64);
    expect(decodeMemo(memo)).to.equal("project_abc");
  });

  it("given any text that fits, then it round-trips", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => {
        fc.pre(!text.includes("\0") && new TextEncoder().encode(text).length <= 64);
        expect(decodeMemo(createMemoBuffer(text, 64))).to.equal(text);
      }),
    );
  });

  it("given 33 two-byte characters, then refused by bytes, not by characters", async () => {
    expect(createMemoBuffer("é".repeat(32), 64)).to.have.length(64);
    const error = await expectError(InvalidInputError, () => createMemoBuffer("é".repeat(33), 64));
    expect(error.shortMessage).to.equal(
      "Invalid memo: expected at most 64 bytes of UTF-8, got 66.",
    );
  });

  it("given text that was cut inside a surrogate pair, then refused: it would be stored as another text", async () => {
    for (const text of ["pay \u{1F600}".slice(0, 5), "\u{1F600}".slice(1), "a\uD800b"]) {
      const error = await expectError(InvalidInputError, () => createMemoBuffer(text));
      expect([error.code, error.field]).to.deep.equal([MilepostErrorCode.InputMemo, "memo"]);
      expect(error.message).to.contain("lone surrogate");
    }
    expect(decodeMemo(createMemoBuffer("pay \u{1F600}"))).to.equal("pay \u{1F600}");
  });

  it("given a NUL or no text, then refused", async () => {
    await expectError(InvalidInputError, () => createMemoBuffer("a\0b", 64));
    await expectError(InvalidInputError, () => createMemoBuffer(5 as never, 64));
  });

  it("given a memo of another length or with no bytes, then refused", async () => {
    await expectError(InvalidInputError, () => toMemo([1, 2, 3]));
    await expectError(InvalidInputError, () => toMemo(new Array<number>(64).fill(256)));
    await expectError(InvalidInputError, () => toMemo(null as never));
    expect(toMemo(undefined)).to.deep.equal(new Array<number>(64).fill(0));
  });
});

describe("toU64", () => {
  it("given a BN, a bigint or a number, then the same BN", () => {
    for (const value of [new BN("50000000"), 50_000_000n, 50_000_000]) {
      expect(toU64(value, "amount").toString()).to.equal("50000000");
    }
    expect(toU64(U64_MAX, "amount").toString()).to.equal(U64_MAX.toString());
    expect(toU64(0, "amount").isZero()).to.equal(true);
  });

  const refused: [string, unknown][] = [
    ["a negative number", -1],
    ["a negative bigint", -1n],
    ["a negative BN", new BN(-1)],
    ["a fraction", 0.5],
    ["NaN", NaN],
    ["Infinity", Infinity],
    ["an unsafe number", 2 ** 53],
    ["2^64 as bigint", U64_MAX + 1n],
    ["2^64 as BN", new BN((U64_MAX + 1n).toString())],
    ["a string", "50"],
    ["null", null],
    ["undefined", undefined],
    ["an object", {}],
  ];
  for (const [name, value] of refused) {
    it(`given ${name}, then refused`, async () => {
      const error = await expectError(InvalidInputError, () => toU64(value as never, "amounts[2]"));
      expect(error.field).to.equal("amounts[2]");
      expect(error.expected).to.contain("64-bit");
    });
  }
});

describe("toTimestamp", () => {
  it("given seconds up to the year 2200, then taken", () => {
    expect(toTimestamp(MAX_TIMESTAMP, "t").toNumber()).to.equal(MAX_TIMESTAMP);
  });

  it("given milliseconds, then refused with the hint to divide", async () => {
    const error = await expectError(InvalidInputError, () => toTimestamp(NOW * 1000, "t"));
    expect(error.message).to.contain("divide by 1000");
    await expectError(InvalidInputError, () => toTimestamp(MAX_TIMESTAMP + 1, "t"));
    await expectError(InvalidInputError, () => toTimestamp(-1, "t"));
  });
});

describe("toMilestoneSchedule", () => {
  it("given two milestones, then four slots, zero after, and their sum", () => {
    const schedule = toMilestoneSchedule([200, 300n], [NOW, new BN(NOW + 1)], 1);
    expect(schedule.milestoneAmounts.map(String)).to.deep.equal(["200", "300", "0", "0"]);
    expect(schedule.milestoneTimestamps.map(String)).to.deep.equal([
      `${NOW}`,
      `${NOW + 1}`,
      "0",
      "0",
    ]);
    expect(schedule.totalMilestones).to.equal(2);
    expect(schedule.escrowAmount.toString()).to.equal("500");
  });

  for (let condition = 0; condition <= 255; condition += 1) {
    const isValid = [0, 1, 2, 3, 4, 5, 8, 9].includes(condition);
    it(`given release condition ${condition}, then ${isValid ? "taken" : "refused"}`, async () => {
      const build = () => toMilestoneSchedule([1], [NOW], condition);
      if (isValid) expect(build().releaseCondition).to.equal(condition);
      else expect((await expectError(InvalidInputError, build)).field).to.equal("releaseCondition");
    });
  }

  const refused: [string, () => unknown, string][] = [
    ["no milestone", () => toMilestoneSchedule([], [], 0), "amounts"],
    ["five milestones", () => toMilestoneSchedule([1, 1, 1, 1, 1], [1, 1, 1, 1, 1], 0), "amounts"],
    ["a zero amount", () => toMilestoneSchedule([1, 0], [1, 2], 1), "amounts[1]"],
    ["fewer timestamps", () => toMilestoneSchedule([1, 2], [1], 1), "timestamps"],
    ["no timestamps with a due date", () => toMilestoneSchedule([1], [], 1), "timestamps"],
    ["decreasing due dates", () => toMilestoneSchedule([1, 2], [5, 4], 1), "timestamps[1]"],
    ["a sum above 64 bits", () => toMilestoneSchedule([U64_MAX, 1n], [1, 2], 1), "sum of amounts"],
    ["no list", () => toMilestoneSchedule(5 as never, [1], 1), "amounts"],
    ["a fractional condition", () => toMilestoneSchedule([1], [1], 1.5), "releaseCondition"],
  ];
  for (const [name, build, field] of refused) {
    it(`given ${name}, then refused by name`, async () => {
      expect((await expectError(InvalidInputError, build)).field).to.equal(field);
    });
  }

  it("given no due-date bit, then dates may decrease or be left out", () => {
    expect(toMilestoneSchedule([1, 2], [5, 4], 4).totalMilestones).to.equal(2);
    expect(toMilestoneSchedule([1, 2], [], 4).milestoneTimestamps.map(String)).to.deep.equal([
      "0",
      "0",
      "0",
      "0",
    ]);
  });
});

describe("toAddress", () => {
  it("given no PublicKey, then refused by name", async () => {
    const error = await expectError(InvalidInputError, () => toAddress("abc" as never, "mint"));
    expect(error.shortMessage).to.equal('Invalid mint: expected a PublicKey, got "abc".');
    await expectError(InvalidInputError, () => toAddress(undefined as never, "mint"));
  });

  it("given the PublicKey of another copy of web3.js, then taken", () => {
    const bytes = PublicKey.default.toBytes();
    const foreign = { toBytes: () => bytes } as unknown as PublicKey;
    expect(toAddress(foreign, "mint").equals(PublicKey.default)).to.equal(true);
  });
});

describe("toU32", () => {
  it("given 2^32, then refused", async () => {
    expect(toU32(0xffff_ffff, "policyId")).to.equal(0xffff_ffff);
    await expectError(InvalidInputError, () => toU32(2 ** 32, "policyId"));
  });
});
