import { createFreezeAccountInstruction, createThawAccountInstruction } from "@solana/spl-token";
import BN from "bn.js";
import { expect } from "chai";
import { fixedKeypair } from "../../../tests/harness";
import { DAY, HeldPolicy, START } from "../../../tests/world";
import { uncoveredHeldPayments } from "../../src/coverage/uncovered";
import { findUnderfunded } from "../../src/coverage/underfunded";
import { raiseAlerts } from "../../src/store/alerts";
import { key } from "../harness/accounts";
import { NOW } from "../harness/plans";
import { WorkWorld } from "../harness/work-world";

const HOUR = 3_600n;
const WINDOW = 72n * HOUR;

describe("keeper: held payments that are not covered", () => {
  const at = (time: bigint | null) => time && new BN(time.toString());
  const coverage = (...upcoming: { unfunded: number; dueAt: bigint | null }[]) => ({
    policy: key("policy"),
    outstanding: new BN(40),
    upcoming: upcoming.map(({ unfunded, dueAt }, index) => ({
      milestoneIndex: index + 1,
      amount: new BN(20),
      unfunded: new BN(unfunded),
      dueAt: at(dueAt) as BN | null,
    })),
  });
  const FULL = { amount: 40n, problem: null } as const;
  const item = (milestoneIndex: number, dueAt: bigint, reason: string, shortfall: bigint) => ({
    policy: key("policy").toBase58(),
    milestoneIndex,
    dueAt,
    reason,
    shortfall,
  });

  it("given funded and unfunded milestones, then the latter say what is missing and when", () => {
    const vault = coverage(
      { unfunded: 0, dueAt: NOW },
      { unfunded: 21, dueAt: NOW + 10n },
      { unfunded: 22, dueAt: null },
    );
    expect(uncoveredHeldPayments(vault, FULL, NOW)).to.deep.equal([
      item(2, NOW + 10n, "MilestoneNotFunded", 21n),
    ]);
  });

  it("given a current milestone in a silent review, then no later milestone is due before it", () => {
    const vault = coverage({ unfunded: 0, dueAt: NOW }, { unfunded: 21, dueAt: NOW + 10n });
    expect(uncoveredHeldPayments(vault, FULL, NOW + 500n)).to.deep.equal([
      item(2, NOW + 500n, "MilestoneNotFunded", 21n),
    ]);
  });

  for (const [problem, amount, reason, shortfall] of [
    ["TokenAccountFrozen", 40n, "TokenAccountFrozen", 0n],
    ["InvalidVault", 0n, "InvalidVault", 0n],
    [null, 33n, "InsufficientFunds", 7n],
  ] as const) {
    it(`given a vault with ${amount} of 40 and ${problem ?? "no other"} problem, then what is funded does not come either`, () => {
      const vault = coverage({ unfunded: 0, dueAt: NOW }, { unfunded: 21, dueAt: NOW + 10n });
      expect(uncoveredHeldPayments(vault, { amount, problem }, null)).to.deep.equal([
        item(1, NOW, reason, shortfall),
        item(2, NOW + 10n, "MilestoneNotFunded", 21n),
      ]);
    });
  }

  describe("on a chain", () => {
    let keeper: WorkWorld;
    beforeEach(async () => {
      keeper = await WorkWorld.create();
    });
    afterEach(() => keeper.close());

    const DUE = START + 10n * DAY;
    /** Two milestones, ten days from now and one later; the owner signs, after their dates. */
    const held = (options: { funded?: number; releaseCondition?: number } = {}) =>
      HeldPolicy.ready(keeper.world, {
        schedule: {
          amounts: [1_000_000n, 2_000_000n],
          timestamps: [DUE, DUE + HOUR],
          releaseCondition: options.releaseCondition ?? 5,
        },
        // 2.5% come on top of each.
        terms: { platformFeeBps: 250 },
        funded: options.funded ?? 0,
      });

    /** What is found, and what of it is told by a keeper without a memory, at `now`. */
    async function look(now: bigint) {
      await keeper.chain.setTime(now);
      await keeper.find();
      const report = await findUnderfunded({
        database: keeper.database,
        context: keeper.context(),
        chainNow: now,
        onUnreadable: (address, error) => {
          throw new Error(address, { cause: error });
        },
      });
      const told: string[] = [];
      await raiseAlerts(keeper.database, report, ({ policy, milestoneIndex, reason }) =>
        told.push(`${policy} ${milestoneIndex} ${reason}`),
      );
      return { ...report, told };
    }

    async function setFrozen(one: HeldPolicy, isFrozen: boolean): Promise<void> {
      const authority = fixedKeypair("freezeAuthority");
      const build = isFrozen ? createFreezeAccountInstruction : createThawAccountInstruction;
      await keeper.chain.sendOk(
        [build(one.vault, keeper.world.mint, authority.publicKey)],
        [authority],
      );
    }

    it("given an unfunded milestone, when 72 hours are left, then an alert is raised, not a second before, and once", async () => {
      const one = await held();
      const policy = one.policy.address.toBase58();
      expect((await look(DUE - WINDOW - 1n)).told).to.deep.equal([]);
      const { found, told } = await look(DUE - WINDOW);
      expect(told).to.deep.equal([`${policy} 0 MilestoneNotFunded`]);
      expect(found).to.deep.equal([
        {
          policy,
          milestoneIndex: 0,
          owner: keeper.world.key("owner").toBase58(),
          mint: keeper.world.mint.toBase58(),
          dueAt: DUE,
          reason: "MilestoneNotFunded",
          shortfall: 1_025_000n,
        },
      ]);
      const again = await look(DUE - WINDOW + 1n);
      expect([again.told, again.found]).to.deep.equal([[], found]);
      // The second milestone's time comes an hour later, as the first one's did.
      expect((await look(DUE + HOUR - WINDOW - 1n)).told).to.deep.equal([]);
      const second = await look(DUE + HOUR - WINDOW);
      expect(second.told).to.deep.equal([`${policy} 1 MilestoneNotFunded`]);
      expect(second.found.map(({ shortfall }) => shortfall)).to.deep.equal([
        1_025_000n,
        2_050_000n,
      ]);
    });

    it("given an alert, when its owner funds the milestone, then it is over", async () => {
      const one = await held();
      await look(DUE - HOUR);
      await keeper.world.expectOk([one.fund(0, 2)], "owner");
      expect(await look(DUE - HOUR + 1n)).to.deep.include({ found: [], told: [] });
      const [row] = await keeper.database.query("SELECT 1 FROM milepost_keeper.alerts");
      expect(row).to.equal(undefined);
    });

    it("given a recipient who has not accepted, or not submitted, then an empty vault is still reported", async () => {
      const submits = await held({ funded: 1 });
      const fresh = await HeldPolicy.create(keeper.world, {
        amounts: [1_000_000n],
        timestamps: [DUE],
        releaseCondition: 5,
      });
      await keeper.world.expectOk([fresh.open()], "owner");
      const { found } = await look(DUE - HOUR);
      const seen = found.map(({ policy, milestoneIndex }) => [policy, milestoneIndex]);
      expect(seen).to.have.deep.members([
        [fresh.policy.address.toBase58(), 0],
        [submits.policy.address.toBase58(), 1],
      ]);
    });

    it("given a vault that is frozen, then its milestone is reported, and again when it is frozen a second time", async () => {
      const one = await held({ funded: 2, releaseCondition: 1 });
      const policy = one.policy.address.toBase58();
      expect((await look(DUE - 3n * HOUR)).found).to.deep.equal([]);
      await setFrozen(one, true);
      const both = [`${policy} 0 TokenAccountFrozen`, `${policy} 1 TokenAccountFrozen`];
      expect((await look(DUE - 2n * HOUR)).told).to.deep.equal(both);
      expect((await look(DUE - 2n * HOUR + 1n)).told).to.deep.equal([]);
      await setFrozen(one, false);
      expect((await look(DUE - HOUR)).found).to.deep.equal([]);
      await setFrozen(one, true);
      expect((await look(DUE - HOUR + 1n)).told).to.deep.equal(both);
    });

    it("given a silent review that ends in 72 hours, when the vault is frozen, then an alert is raised at that second", async () => {
      const one = await HeldPolicy.ready(keeper.world, {
        schedule: { amounts: [1_000_000n], timestamps: [0n], releaseCondition: 4 },
      });
      await keeper.world.expectOk([one.submit(0)], "recipient");
      await setFrozen(one, true);
      const end = START + 7n * DAY;
      expect((await look(end - WINDOW - 1n)).found).to.deep.equal([]);
      const { found } = await look(end - WINDOW);
      expect(found.map(({ dueAt, reason }) => [dueAt, reason])).to.deep.equal([
        [end, "TokenAccountFrozen"],
      ]);
    });
  });
});
