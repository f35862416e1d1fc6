import { expect } from "chai";
import BN from "bn.js";
import { Finder } from "../src/find/finder";
import {
  type Underfunded,
  findUnderfunded,
  UnderfundedAlerts,
  uncoveredPayments,
} from "../src/show/underfunded";
import { MilepostNet, type TestPolicy } from "./cli-localnet";
import { PROGRAM_ID } from "@milepost/sdk";
import { ManualTimers } from "./manual-timers";
import { addressOf, NOW } from "./plans";
import { key } from "./accounts";
import { migratedDatabase, type TestDatabase, truncate } from "./test-database";

const HOUR = 3_600n;

describe("keeper: payments that are not covered", () => {
  const payment = (amount: number, hours: number | null, isPaused = false) => ({
    policy: key(`policy of ${amount}`),
    policyId: amount,
    milestoneIndex: 1,
    amount: new BN(amount),
    dueAt: hours === null ? null : new BN((NOW + BigInt(hours) * HOUR).toString()),
    isPaused,
  });
  const uncovered = (available: number, payments: ReturnType<typeof payment>[]) =>
    uncoveredPayments({
      allowance: new BN(available + 5),
      balance: new BN(available),
      upcoming: payments,
    }).map(({ policy, shortfall }) => [policy, shortfall]);

  it("given enough for all of them, then none is", () => {
    expect(uncovered(30, [payment(10, 1), payment(20, 2)])).to.deep.equal([]);
  });

  it("given too little, then the money goes to the first ones, and the rest says what is missing", () => {
    const payments = [payment(10, 1), payment(20, 2), payment(7, 3)];
    expect(uncovered(25, payments)).to.deep.equal([
      [payments[1]!.policy.toBase58(), 5n],
      [payments[2]!.policy.toBase58(), 7n],
    ]);
  });

  it("given undated and paused ones, then the former count before all, the latter not at all", () => {
    const payments = [payment(10, null), payment(20, 1, true), payment(7, 2)];
    expect(uncovered(12, payments)).to.deep.equal([[payments[2]!.policy.toBase58(), 5n]]);
    expect(uncovered(17, payments)).to.deep.equal([]);
  });

  it("given alerts, then each is told once, and again when it is another or came back", () => {
    const alerts = new UnderfundedAlerts();
    const item = (name: string, shortfall: bigint): Underfunded => ({
      policy: addressOf(name),
      milestoneIndex: 0,
      dueAt: NOW,
      shortfall,
    });
    const [a, b] = [item("a", 5n), item("b", 6n)];
    expect(alerts.news([a, b])).to.deep.equal([a, b]);
    expect(alerts.news([a, b])).to.deep.equal([]);
    expect(alerts.news([item("a", 9n), b])).to.deep.equal([item("a", 9n)]);
    expect(alerts.news([b])).to.deep.equal([]);
    expect(alerts.news([a, b])).to.deep.equal([a]);
  });

  describe("on a chain", () => {
    let chain: MilepostNet;
    let test: TestDatabase;
    before(async () => {
      [chain, test] = await Promise.all([MilepostNet.start(), migratedDatabase()]);
    });
    after(() => Promise.all([chain.stop(), test.drop()]));
    beforeEach(() => truncate(test.database));

    async function scan(): Promise<void> {
      const finder = new Finder({
        connection: chain.net.connection,
        database: test.database,
        programId: PROGRAM_ID,
        timers: new ManualTimers(),
        connect: () => {
          throw new Error("nobody subscribes here");
        },
        gatewaySigners: [],
        onError: (_, error) => {
          throw error;
        },
      });
      await finder.reconcileWhenDue();
      expect(finder.isReady).to.equal(true);
    }

    async function find(windowSeconds?: bigint): Promise<[string, number, bigint][]> {
      const found = await findUnderfunded({
        database: test.database,
        context: chain.sdk,
        chainNow: await chain.now(),
        windowSeconds,
        onUnreadable: (address, error) => {
          throw new Error(address, { cause: error });
        },
      });
      return found.map(({ policy, milestoneIndex, shortfall }) => [
        policy,
        milestoneIndex,
        shortfall,
      ]);
    }

    it("given owners who cover, lack balance, and have another delegate, then the last two are found", async () => {
      const [rich, poor, revoked] = [
        await chain.policy(),
        await chain.policy(),
        await chain.policy(1),
      ] as [TestPolicy, TestPolicy, TestPolicy];
      await chain.leave(poor, 130n);
      await chain.redelegate(revoked);
      await scan();
      const all = await find();
      expect(all.map(([policy]) => policy)).not.to.include(rich.address.toBase58());
      expect(all).to.have.deep.members([
        [revoked.address.toBase58(), 0, 100n],
        [poor.address.toBase58(), 1, 70n],
      ]);
      // In the next half hour nothing is due.
      expect(await find(1_800n)).to.deep.equal([]);
      // In the next one and a half the first of each is, and the poor one's is covered.
      expect(await find(5_400n)).to.deep.equal([[revoked.address.toBase58(), 0, 100n]]);
    });
  });
});
