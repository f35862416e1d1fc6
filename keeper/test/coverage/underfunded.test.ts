import { expect } from "chai";
import BN from "bn.js";
import { createContext, PROGRAM_ID } from "@milepost/sdk";
import { Connection, Keypair } from "@solana/web3.js";
import { Finder } from "../../src/find/finder";
import { uncoveredPayments } from "../../src/coverage/uncovered";
import { findUnderfunded } from "../../src/coverage/underfunded";
import { MilepostNet, type TestPolicy } from "../harness/cli-localnet";
import { ManualTimers } from "../harness/manual-timers";
import { NOW } from "../harness/plans";
import { key } from "../harness/accounts";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

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
  const userPayment = key("user payment");
  const coverage = (available: number, payments: ReturnType<typeof payment>[]) => ({
    userPayment,
    delegate: userPayment as typeof userPayment | null,
    allowance: new BN(available + 5),
    balance: new BN(available),
    upcoming: payments,
  });
  const uncovered = (available: number, payments: ReturnType<typeof payment>[]) =>
    uncoveredPayments(coverage(available, payments)).map(({ policy, shortfall }) => [
      policy,
      shortfall,
    ]);

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

  it("given each kind of trouble, then the reason is what the program would answer", () => {
    const all = coverage(25, [payment(10, 1), payment(20, 2)]);
    const reasons = (changes: Partial<typeof all>, isFrozen = false) =>
      uncoveredPayments({ ...all, ...changes }, isFrozen).map(({ reason, shortfall }) => [
        reason,
        shortfall,
      ]);
    expect(reasons({})).to.deep.equal([["InsufficientFunds", 5n]]);
    const [zero, small] = [new BN(0), new BN(12)];
    expect(reasons({ allowance: small })).to.deep.equal([["InsufficientDelegation", 18n]]);
    expect(reasons({ allowance: zero, delegate: null })).to.deep.equal([
      ["DelegationRevoked", 10n],
      ["DelegationRevoked", 20n],
    ]);
    expect(reasons({ allowance: zero, delegate: key("other") })).to.deep.equal([
      ["DelegationReplaced", 10n],
      ["DelegationReplaced", 20n],
    ]);
    expect(reasons({}, true)).to.deep.equal([
      ["TokenAccountFrozen", 0n],
      ["TokenAccountFrozen", 5n],
    ]);
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
        clock: { slot: null, sawSlot: () => undefined },
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
      const { found } = await findUnderfunded({
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

    it("given an RPC that fails for one owner, then the report names the owner as unknown, with no finding", async () => {
      const poor = await chain.policy();
      await chain.leave(poor, 0n);
      await scan();
      const broken = new Connection(chain.net.localnet.url, "confirmed");
      broken.getProgramAccounts = (() => Promise.reject(new Error("503"))) as never;
      const unreadable: string[] = [];
      const report = await findUnderfunded({
        database: test.database,
        context: createContext(broken, Keypair.generate()),
        chainNow: await chain.now(),
        onUnreadable: (address) => void unreadable.push(address),
      });
      expect(report.found).to.deep.equal([]);
      expect(report.unknownOwners).to.include(poor.owner.publicKey.toBase58());
      expect(unreadable).to.have.length(report.unknownOwners.length);
    });

    it("given more policies than the limit, then it says up to which time it checked", async () => {
      const [first, second] = [await chain.policy(1), await chain.policy(1)];
      for (const policy of [first, second]) await chain.leave(policy, 0n);
      await scan();
      const chainNow = await chain.now();
      const query = { database: test.database, context: chain.sdk, chainNow };
      const all = await findUnderfunded(query);
      const one = await findUnderfunded({ ...query, limit: 1 });
      expect(all.until).to.equal(chainNow + 72n * HOUR);
      // Others may be due in the same second.
      const [soonest] = await test.database.query<{ due: string }>(
        "SELECT min(due_at)::text AS due FROM milepost_keeper.policies",
      );
      expect(one.until).to.equal(BigInt(soonest!.due) - 1n);
      expect(one.found.length).to.be.lessThan(all.found.length);
      expect(all.found).to.deep.include.members(one.found);
    });
  });
});
