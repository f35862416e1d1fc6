/** What a new policy may promise: amounts, dates, counts, recipient. Conditions are in release-condition.test.ts. */
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { fixedKeypair } from "../harness";
import { expectRefused, gatewayAddress, Schedule, START, toBigInt, WEEK, World } from "../world";

const U64_MAX = 0xffff_ffff_ffff_ffffn;
const I64_MAX = 0x7fff_ffff_ffff_ffffn;
const I64_MIN = -0x8000_0000_0000_0000n;
/** 2200-01-01T00:00:00Z */
const YEAR_2200 = 7_258_118_400n;

/** All four slots and the count as they go over the wire, so that a case can say what no builder would. */
const raw = (
  totalMilestones: number,
  amounts: bigint[],
  timestamps: bigint[] = [0n, 0n, 0n, 0n],
  releaseCondition = 1,
): Schedule => ({ totalMilestones, amounts, timestamps, releaseCondition });

const REFUSED: [string, Schedule, string][] = [
  ["no milestones", raw(0, [0n]), "InvalidMilestoneCount"],
  ["no milestones, but an amount", raw(0, [1n]), "InvalidMilestoneCount"],
  ["five milestones", raw(5, [1n, 1n, 1n, 1n]), "InvalidMilestoneCount"],
  ["255 milestones", raw(255, [1n, 1n, 1n, 1n]), "InvalidMilestoneCount"],

  ["a first amount of zero", raw(1, [0n]), "InvalidAmount"],
  ["a second amount of zero", raw(2, [1n, 0n]), "InvalidAmount"],
  ["a third amount of zero", raw(4, [1n, 1n, 0n, 1n]), "InvalidAmount"],
  ["a last amount of zero", raw(4, [1n, 1n, 1n, 0n]), "InvalidAmount"],
  ["more milestones than amounts", raw(3, [1n, 1n]), "InvalidAmount"],
  ["an amount in the slot after the last", raw(1, [1n, 1n]), "InvalidAmount"],
  ["an amount in the very last slot", raw(1, [1n, 0n, 0n, 1n]), "InvalidAmount"],
  ["an amount of u64::MAX in an unused slot", raw(3, [1n, 1n, 1n, U64_MAX]), "InvalidAmount"],

  ["a date past the year 2200", raw(1, [1n], [YEAR_2200 + 1n]), "InvalidTimestamp"],
  ["a date in milliseconds", raw(1, [1n], [START * 1_000n]), "InvalidTimestamp"],
  ["the latest date there is", raw(1, [1n], [I64_MAX]), "InvalidTimestamp"],
  ["a last date past 2200", raw(2, [1n, 1n], [0n, YEAR_2200 + 1n]), "InvalidTimestamp"],
  ["a date past 2200, no bit for it", raw(1, [1n], [YEAR_2200 + 1n], 0), "InvalidTimestamp"],
  ["a date in an unused slot", raw(1, [1n], [START, START]), "InvalidTimestamp"],
  ["a date in the very last slot", raw(1, [1n], [START, 0n, 0n, 1n], 0), "InvalidTimestamp"],
  ["a date of -1 in an unused slot", raw(3, [1n, 1n, 1n], [0n, 0n, 0n, -1n]), "InvalidTimestamp"],

  ["a second date before the first", raw(2, [1n, 1n], [2n, 1n]), "TimestampsNotOrdered"],
  [
    "a last date before the third",
    raw(4, [1n, 1n, 1n, 1n], [1n, 2n, 4n, 3n]),
    "TimestampsNotOrdered",
  ],
  ["falling dates below zero", raw(2, [1n, 1n], [-1n, -2n]), "TimestampsNotOrdered"],
  [
    "falling from 2200 to the earliest",
    raw(2, [1n, 1n], [YEAR_2200, I64_MIN]),
    "TimestampsNotOrdered",
  ],
  ["falling dates for the gateway", raw(2, [1n, 1n], [2n, 1n], 3), "TimestampsNotOrdered"],
  ["falling dates for the owner", raw(2, [1n, 1n], [2n, 1n], 5), "TimestampsNotOrdered"],
  ["falling dates for the recipient", raw(2, [1n, 1n], [2n, 1n], 9), "TimestampsNotOrdered"],

  ["u64::MAX and 1", raw(2, [U64_MAX, 1n]), "AmountOverflow"],
  ["1 and u64::MAX", raw(2, [1n, U64_MAX]), "AmountOverflow"],
  ["u64::MAX four times", raw(4, [U64_MAX, U64_MAX, U64_MAX, U64_MAX]), "AmountOverflow"],
  ["four that wrap to exactly zero", raw(4, Array<bigint>(4).fill(1n << 62n)), "AmountOverflow"],
  ["two that wrap to 1", raw(2, [U64_MAX, 2n]), "AmountOverflow"],
];

const ALLOWED: [string, Schedule][] = [
  ["one milestone of one unit", raw(1, [1n])],
  ["four milestones of one unit", raw(4, [1n, 1n, 1n, 1n])],
  ["one milestone of u64::MAX", raw(1, [U64_MAX])],
  ["four that add up to u64::MAX", raw(4, [U64_MAX - 6n, 1n, 2n, 3n])],
  ["the last second before the limit", raw(1, [1n], [YEAR_2200])],
  ["a past date", raw(1, [1n], [START - WEEK])],
  ["a negative date", raw(1, [1n], [-1n])],
  ["the earliest date there is", raw(1, [1n], [I64_MIN])],
  ["from the earliest to 2200", raw(4, [1n, 1n, 1n, 1n], [I64_MIN, -1n, 0n, YEAR_2200])],
  ["equal dates", raw(4, [1n, 1n, 1n, 1n], [START, START, START, START])],
  ["falling dates when no date binds", raw(2, [1n, 1n], [2n, 1n], 0)],
  ["falling dates when only the gateway signs", raw(2, [1n, 1n], [2n, 1n], 2)],
  ["falling dates when only the owner signs", raw(2, [1n, 1n], [2n, 1n], 4)],
  ["falling dates when only the recipient signs", raw(2, [1n, 1n], [2n, 1n], 8)],
];

describe("the schedule of a new policy", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });

  for (const [what, schedule, error] of REFUSED) {
    it(`given ${what} then ${error}`, async () => {
      const { address } = await world.nextPolicy();
      await expectRefused(
        world,
        [world.createMilestonePolicy(schedule, address)],
        ["owner"],
        error,
      );
    });
  }

  for (const [what, schedule] of ALLOWED) {
    it(`given ${what} then it is stored as given, with its sum`, async () => {
      const policy = await world.createPolicy(schedule);
      const decoded = await world.decode("PaymentPolicy", policy.address);
      const { Milestone: body } = decoded["policy_type"] as {
        Milestone: Record<string, unknown[]>;
      };
      const pad = (values: bigint[]) => [...values, 0n, 0n, 0n].slice(0, 4);
      const escrow = schedule.amounts.reduce((sum, amount) => sum + amount, 0n);
      expect(body?.["milestone_amounts"]?.map(toBigInt)).to.deep.equal(pad(schedule.amounts));
      expect(body?.["milestone_timestamps"]?.map(toBigInt)).to.deep.equal(pad(schedule.timestamps));
      expect(body?.["total_milestones"]).to.equal(schedule.totalMilestones);
      expect(body?.["release_condition"]).to.equal(schedule.releaseCondition);
      expect(body?.["current_milestone"]).to.equal(0);
      expect(toBigInt(body?.["escrow_amount"])).to.equal(escrow);
      expect((await world.delegation()).allowance).to.equal(escrow);
      await world.expectOk([world.deletePolicy(policy.address)], "owner");
    });
  }

  it("given a past, a negative and the earliest date then each is due at once", async () => {
    const timestamps = [I64_MIN, -1n, START - WEEK];
    const policy = await world.createPolicy({
      amounts: [1n, 2n, 3n],
      timestamps,
      releaseCondition: 1,
    });
    const before = await world.balance("recipient");
    await world.expectOk(
      timestamps.map((_, index) => world.executePayment(policy.address, index)),
      "stranger",
    );
    expect((await world.balance("recipient")) - before).to.equal(6n);
  });

  it("given u64::MAX committed already when another unit is promised then AmountOverflow", async () => {
    const all = await world.createPolicy(raw(1, [U64_MAX]));
    for (const amount of [1n, U64_MAX]) {
      const { address } = await world.nextPolicy();
      await expectRefused(
        world,
        [world.createMilestonePolicy(raw(1, [amount]), address)],
        ["owner"],
        "AmountOverflow",
        [all.address],
      );
    }
    // It is the sum that is full: with the first gone, the second fits.
    await world.expectOk([world.deletePolicy(all.address)], "owner");
    const second = await world.createPolicy(raw(1, [U64_MAX]));
    expect((await world.delegation()).allowance).to.equal(U64_MAX);
    await world.expectOk([world.deletePolicy(second.address)], "owner");
  });

  describe("its recipient", () => {
    const refused: [string, () => PublicKey][] = [
      ["the owner himself", () => world.key("owner")],
      ["the all-zero address", () => PublicKey.default],
    ];
    for (const [what, recipient] of refused) {
      it(`given ${what} then InvalidRecipient`, async () => {
        const { address } = await world.nextPolicy();
        const create = world.createMilestonePolicy(raw(1, [1n]), address, {
          recipient: recipient(),
        });
        await expectRefused(world, [create], ["owner"], "InvalidRecipient");
      });
    }

    const allowed: [string, () => PublicKey][] = [
      ["a wallet that has no account yet", () => fixedKeypair("schedule/nobody").publicKey],
      ["the payer of the rent", () => world.key("payer")],
      ["the gateway's signer", () => world.key("gatewaySigner")],
      ["an address that only a program signs for", () => gatewayAddress(world.key("stranger"))],
    ];
    for (const [what, recipient] of allowed) {
      it(`given ${what} then it is the policy's`, async () => {
        const policy = await world.createPolicy(raw(1, [1n]), { recipient: recipient() });
        const decoded = await world.decode("PaymentPolicy", policy.address);
        expect((decoded["recipient"] as PublicKey).equals(recipient())).to.equal(true);
      });
    }
  });

  describe("which error comes first", () => {
    const cases: [string, Schedule, string][] = [
      ["a bad count and a bad condition", raw(0, [0n], [0n], 16), "InvalidMilestoneCount"],
      ["a bad condition and a bad amount", raw(1, [0n], [0n], 16), "InvalidReleaseCondition"],
      ["a bad amount and a bad date", raw(1, [0n], [I64_MAX]), "InvalidAmount"],
      [
        "a date too late that is unordered, too",
        raw(2, [1n, 1n], [I64_MAX, 0n]),
        "InvalidTimestamp",
      ],
    ];
    for (const [what, schedule, error] of cases) {
      it(`given ${what} then ${error}`, async () => {
        const { address } = await world.nextPolicy();
        const create = world.createMilestonePolicy(schedule, address);
        await expectRefused(world, [create], ["owner"], error);
      });
    }

    it("given a paused program and a bad schedule then ProgramPaused, and after it InvalidAmount", async () => {
      const { address } = await world.nextPolicy();
      const create = world.createMilestonePolicy(raw(1, [0n]), address);
      await world.expectOk([world.updateConfig({ isPaused: true })], "upgradeAuthority");
      await expectRefused(world, [create], ["owner"], "ProgramPaused");
      await world.expectOk([world.updateConfig({ isPaused: false })], "upgradeAuthority");
      await expectRefused(world, [create], ["owner"], "InvalidAmount");
    });

    it("given the owner as recipient and a bad schedule then the schedule's error", async () => {
      const { address } = await world.nextPolicy();
      const create = world.createMilestonePolicy(raw(1, [0n]), address, {
        recipient: world.key("owner"),
      });
      await expectRefused(world, [create], ["owner"], "InvalidAmount");
    });
  });
});
