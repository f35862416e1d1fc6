import { expect } from "chai";
import type { Database } from "@milepost/database";
import {
  finishAttempt,
  forgetAttempts,
  openAttempts,
  openAttemptsOf,
  recordAttempt,
} from "../../src/store/attempts";
import { outcomesOf, recordOutcomes } from "../../src/store/outcomes";
import { due, takeDue } from "../../src/store/due";
import { lookupTables, removeLookupTable, saveLookupTable } from "../../src/store/lookup-tables";
import {
  backOff,
  done,
  plansOf,
  removeVanished,
  unseen,
  upsertPlans,
  wait,
} from "../../src/store/policies";
import { counts, stuck, upcoming } from "../../src/store/status";
import { takeWatched, wake } from "../../src/store/watches";
import { addressOf, member, NOW, outcome, plan } from "../harness/plans";
import {
  migratedDatabase,
  SERVER_URL,
  type TestDatabase,
  truncate,
} from "../harness/test-database";

const LEASE = 300;
const U64_MAX = 18_446_744_073_709_551_615n;
const I64_MAX = 9_223_372_036_854_775_807n;

describe(`store (${SERVER_URL ? "server" : "embedded"})`, () => {
  let test: TestDatabase;
  let database: Database;

  before(async () => {
    test = await migratedDatabase();
    database = test.database;
  });

  beforeEach(() => truncate(database));

  after(() => test.drop());

  const dueNames = async (now = NOW, limit = 100) =>
    (await due(database, now, limit, LEASE)).map(({ policy }) => policy);
  const only = async (name: string) => (await plansOf(database, [addressOf(name)]))[0];
  /** Lets database time pass. */
  const elapse = (seconds: number) =>
    database.query(
      `UPDATE milepost_keeper.policies SET not_before = not_before - make_interval(secs => $1),
         queued_at = queued_at - make_interval(secs => $1)`,
      [seconds],
    );
  const at = (name: string, milestoneIndex = 0) => ({ policy: addressOf(name), milestoneIndex });

  describe("due", () => {
    it("given a due time, when the chain's clock is at t-1, t and t+1, then it is due from t on", async () => {
      await upsertPlans(database, [plan("a")]);
      expect(await dueNames(NOW - 1n)).to.deep.equal([]);
      expect(await dueNames(NOW)).to.deep.equal([addressOf("a")]);
      expect(await dueNames(NOW + 1n)).to.deep.equal([addressOf("a")]);
    });

    it("given several, when some are asked for, then the longest due come first", async () => {
      await upsertPlans(database, [
        plan("c", { dueAt: NOW - 1n }),
        plan("a", { dueAt: NOW - 3n }),
        plan("future", { dueAt: NOW + 1n }),
        plan("b", { dueAt: NOW - 2n }),
      ]);
      expect(await dueNames(NOW, 2)).to.deep.equal([addressOf("a"), addressOf("b")]);
    });

    it("given waiting and finished ones, when due ones are asked for, then they are not among them", async () => {
      await upsertPlans(database, [
        plan("a"),
        plan("b", { state: "waiting", reason: "PolicyPaused" }),
      ]);
      await upsertPlans(database, [
        plan("a", { state: "done", reason: "PolicyCompleted", seenSlot: 101 }),
      ]);
      expect(await dueNames()).to.deep.equal([]);
    });

    it("given a due time over 2^53, when it is stored, then it is the same to the last digit", async () => {
      await upsertPlans(database, [
        plan("a", { dueAt: I64_MAX }),
        plan("b", { dueAt: I64_MAX - 1n }),
      ]);
      expect(await dueNames(I64_MAX - 1n)).to.deep.equal([addressOf("b")]);
      expect((await only("a"))!.dueAt).to.equal(I64_MAX);
    });
  });

  describe("plans", () => {
    it("given a newer read, when an older one comes late, then it changes nothing", async () => {
      await upsertPlans(database, [plan("a", { milestoneIndex: 1, seenSlot: 200 })]);
      await upsertPlans(database, [plan("a", { milestoneIndex: 0, seenSlot: 199 })]);
      expect(await only("a")).to.deep.equal({
        ...plan("a", { milestoneIndex: 1, seenSlot: 200 }),
        attempts: 0,
      });
    });

    it("given two reads of one policy in one call, when they are stored, then the newer one counts", async () => {
      await upsertPlans(database, [
        plan("a", { milestoneIndex: 2, seenSlot: 202 }),
        plan("a", { milestoneIndex: 1, seenSlot: 201 }),
      ]);
      expect((await only("a"))!.milestoneIndex).to.equal(2);
    });

    it("given a finished policy that the store does not know, when it is read, then it is not stored", async () => {
      await upsertPlans(database, [plan("a", { state: "done", reason: "PolicyCompleted" })]);
      expect(await only("a")).to.equal(undefined);
    });

    it("given the same plan again, when the policy is postponed or waits, then it still does", async () => {
      await upsertPlans(database, [plan("a"), plan("b")]);
      await backOff(database, at("a"), 30, "BlockhashNotFound");
      await wait(database, at("b"), "InsufficientFunds");
      await upsertPlans(database, [plan("a", { seenSlot: 300 }), plan("b", { seenSlot: 300 })]);
      expect(await dueNames()).to.deep.equal([]);
      expect(await only("b")).to.deep.include({
        state: "waiting",
        reason: "InsufficientFunds",
        seenSlot: 300,
      });
    });

    it("given another plan, when the policy is postponed or waits, then it is due again with no failures", async () => {
      await upsertPlans(database, [plan("a"), plan("b")]);
      await backOff(database, at("a"), 30, "BlockhashNotFound");
      await wait(database, at("b"), "InsufficientFunds");
      const next = { milestoneIndex: 1, seenSlot: 101 };
      await upsertPlans(database, [plan("a", next), plan("b", next)]);
      expect(await dueNames()).to.have.members([addressOf("a"), addressOf("b")]);
      expect(await only("a")).to.deep.include({ attempts: 0, reason: "" });
    });

    it("given two keepers that store the same plans in other orders, when they do at once, then both get through", async () => {
      const other = await test.another();
      const names = Array.from({ length: 200 }, (_, index) => `policy ${index}`);
      const write = (target: Database, slot: number, order: string[]) =>
        upsertPlans(
          target,
          order.map((name) => plan(name, { seenSlot: slot })),
        );
      await Promise.all(
        Array.from({ length: 6 }, (_, round) =>
          round % 2
            ? write(database, 100 + round, names)
            : write(other, 100 + round, [...names].reverse()),
        ),
      );
      const [row] = await database.query(
        "SELECT count(*), min(seen_slot) FROM milepost_keeper.policies",
      );
      expect(row).to.deep.equal({ count: "200", min: "105" });
    });
  });

  describe("delays of a policy", () => {
    it("given a delay, when it has passed by the database's clock, then it is due again and the attempt is counted", async () => {
      await upsertPlans(database, [plan("a")]);
      await backOff(database, at("a"), 30, "timeout");
      await elapse(29);
      expect(await dueNames()).to.deep.equal([]);
      await elapse(1);
      expect(await due(database, NOW, 10, LEASE)).to.deep.equal([
        {
          policy: addressOf("a"),
          milestoneIndex: 0,
          action: "executePayment",
          dueAt: NOW,
          attempts: 1,
        },
      ]);
    });

    it("given a policy that moved on, when a late worker reports on the milestone before, then nothing changes", async () => {
      await upsertPlans(database, [plan("a", { milestoneIndex: 1 })]);
      const before = await only("a");
      await backOff(database, at("a", 0), 3_600, "timeout");
      await wait(database, at("a", 0), "InsufficientFunds");
      await done(database, at("a", 0), "MilestoneAlreadyReleased");
      expect(await only("a")).to.deep.equal(before);
    });

    it("given a policy that a worker took for over, when a later read shows otherwise, then it is due again", async () => {
      await upsertPlans(database, [plan("a")]);
      await done(database, at("a"), "PolicyCompleted", 150);
      await upsertPlans(database, [plan("a", { seenSlot: 149 })]);
      expect(await only("a")).to.deep.include({ state: "done" });
      await upsertPlans(database, [plan("a", { seenSlot: 150 })]);
      expect(await dueNames()).to.deep.equal([addressOf("a")]);
    });

    it("given a watched wait, when its accounts change, then it is due again, but not by an older digest", async () => {
      await upsertPlans(database, [plan("a")]);
      await wait(database, at("a"), "InsufficientFunds", {
        accounts: ["token account"],
        digest: "1",
      });
      expect(await takeWatched(database, 10)).to.deep.equal([
        { ...at("a"), accounts: ["token account"], digest: "1" },
      ]);
      await wake(database, at("a"), "0");
      expect(await dueNames()).to.deep.equal([]);
      await wake(database, at("a"), "1");
      expect(await dueNames()).to.deep.equal([addressOf("a")]);
      expect(await takeWatched(database, 10)).to.deep.equal([]);
    });

    it("given more watched waits than are checked at once, when they are taken again, then the others come", async () => {
      await upsertPlans(database, [plan("a"), plan("b")]);
      for (const name of ["a", "b"]) {
        await wait(database, at(name), "InsufficientFunds", { accounts: [name], digest: "1" });
      }
      const taken = [await takeWatched(database, 1), await takeWatched(database, 1)].flat();
      expect(taken.map(({ policy }) => policy)).to.have.members([addressOf("a"), addressOf("b")]);
    });
  });

  describe("taking into the queue", () => {
    it("given due policies, when several keepers take them at once, then each is taken once", async () => {
      const names = Array.from({ length: 60 }, (_, index) => `policy ${index}`);
      await upsertPlans(
        database,
        names.map((name) => plan(name)),
      );
      const workers = await Promise.all([1, 2, 3].map(() => test.another()));
      const taken = await Promise.all(workers.map((worker) => takeDue(worker, NOW, 20, LEASE)));
      const addresses = taken.flat().map(({ policy }) => policy);
      expect(new Set(addresses).size).to.equal(addresses.length);
      const rest = await takeDue(database, NOW, 100, LEASE);
      expect(addresses.length + rest.length).to.equal(60);
    });

    it("given a taken one whose job got lost, when the lease is over, then it is taken again", async () => {
      await upsertPlans(database, [plan("a")]);
      expect(await takeDue(database, NOW, 10, LEASE)).to.have.length(1);
      await elapse(LEASE - 1);
      expect(await takeDue(database, NOW, 10, LEASE)).to.have.length(0);
      await elapse(2);
      expect(await takeDue(database, NOW, 10, LEASE)).to.have.length(1);
    });
  });

  describe("journal", () => {
    const attempt = (signature: string, names: string[]) => ({
      signature,
      wire: Uint8Array.from([1, 0, 255]),
      members: names.map((name) => member(name)),
      lastValidBlockHeight: 9_007_199_254_740_991,
    });

    it("given a signed transaction, when one of its policies is asked about, then its bytes and members are there", async () => {
      await recordAttempt(database, attempt("s1", ["b", "a"]));
      await recordAttempt(database, attempt("s2", ["c"]));
      const expected = {
        ...attempt("s1", ["b", "a"]),
        state: "signed",
        error: null,
        isStale: false,
      };
      expect(await openAttemptsOf(database, [addressOf("a"), addressOf("x")])).to.deep.equal([
        expected,
      ]);
      expect(await openAttempts(database, 10)).to.have.length(2);
    });

    it("given members with due times over 2^53 and without any, when they are read back, then they are the same", async () => {
      const members = [member("a", { dueAt: I64_MAX - 1n }), member("b", { dueAt: null })];
      await recordAttempt(database, { ...attempt("s1", []), members });
      expect((await openAttempts(database, 10))[0]!.members).to.deep.equal(members);
    });

    it("given the same signature again, when it is recorded, then that is refused and nothing changes", async () => {
      await recordAttempt(database, attempt("s1", ["a"]));
      const [refused] = await Promise.allSettled([recordAttempt(database, attempt("s1", ["b"]))]);
      expect(refused).to.have.nested.property("reason.code", "23505");
      expect(await openAttemptsOf(database, [addressOf("b")])).to.deep.equal([]);
    });

    it("given an end, when it is written, then the attempt is no longer open and its payments are stored", async () => {
      await upsertPlans(database, [plan("a"), plan("b")]);
      await recordAttempt(database, attempt("s1", ["a", "b"]));
      const paid = [
        outcome("a", {
          signature: "s1",
          feeLamports: U64_MAX,
          rentLamports: U64_MAX - 2n,
          reward: U64_MAX - 1n,
        }),
        outcome("b", { signature: "s1", dueAt: null, mint: null, rentLamports: null }),
      ];
      expect(
        await finishAttempt(database, "s1", { state: "landed", outcomes: paid }),
      ).to.deep.equal(paid);
      expect(await openAttempts(database, 10)).to.deep.equal([]);
      expect(await outcomesOf(database, addressOf("a"))).to.deep.equal([paid[0]]);
      expect(await outcomesOf(database, addressOf("b"))).to.deep.equal([paid[1]]);
      expect(await dueNames()).to.deep.equal([]);
    });

    it("given an end that is written twice, when it is the second time, then nothing new is reported", async () => {
      await recordAttempt(database, attempt("s1", ["a"]));
      const paid = outcome("a", { signature: "s1" });
      await finishAttempt(database, "s1", { state: "landed", outcomes: [paid] });
      expect(
        await finishAttempt(database, "s1", { state: "landed", outcomes: [paid] }),
      ).to.deep.equal([]);
      const other = outcome("a", { signature: "s2", slot: 111 });
      expect(await recordOutcomes(database, [other])).to.deep.equal([]);
      expect(await outcomesOf(database, addressOf("a"))).to.deep.equal([paid]);
    });

    it("given an outcome that can't be stored, when the end is written, then the attempt stays open", async () => {
      await recordAttempt(database, attempt("s1", ["a"]));
      const impossible = outcome("a", { feeLamports: U64_MAX * 10n });
      const [refused] = await Promise.allSettled([
        finishAttempt(database, "s1", { state: "landed", outcomes: [impossible] }),
      ]);
      expect(refused).to.have.nested.property("reason.code", "22003");
      expect(await openAttempts(database, 10)).to.have.length(1);
      expect(await outcomesOf(database, addressOf("a"))).to.deep.equal([]);
    });

    it("given a paid milestone, when reads of older slots come in, then it is not due again; a read of the next one is", async () => {
      await upsertPlans(database, [plan("a")]);
      await recordOutcomes(database, [outcome("a", { slot: 110 })]);
      await upsertPlans(database, [plan("a", { seenSlot: 109 })]);
      expect(await dueNames()).to.deep.equal([]);
      await upsertPlans(database, [plan("a", { milestoneIndex: 1, seenSlot: 110 })]);
      expect(await dueNames()).to.deep.equal([addressOf("a")]);
    });

    it("given a read that shows a paid milestone as unpaid and claims a later slot, then it changes nothing for a minute", async () => {
      await upsertPlans(database, [plan("a")]);
      await recordOutcomes(database, [outcome("a", { slot: 110 })]);
      const [before] = await plansOf(database, [addressOf("a")]);
      await upsertPlans(database, [plan("a", { seenSlot: 259 })]);
      expect(await plansOf(database, [addressOf("a")])).to.deep.equal([before]);
      expect(await dueNames()).to.deep.equal([]);
      await upsertPlans(database, [plan("a", { milestoneIndex: 1, seenSlot: 120 })]);
      expect(await dueNames()).to.deep.equal([addressOf("a")]);
    });

    it("given a payment whose block was dropped, when a read a minute later shows it unpaid, then it is due again", async () => {
      await upsertPlans(database, [plan("a")]);
      await recordOutcomes(database, [outcome("a", { slot: 110 })]);
      await upsertPlans(database, [plan("a", { seenSlot: 260 })]);
      expect(await dueNames()).to.deep.equal([addressOf("a")]);
    });

    it("given old ends, when they are forgotten, then open ones and payments stay", async () => {
      await recordAttempt(database, attempt("s1", ["a"]));
      await recordAttempt(database, attempt("s2", ["b"]));
      await finishAttempt(database, "s1", { state: "landed", outcomes: [outcome("a")] });
      await database.query(
        "UPDATE milepost_keeper.attempts SET created_at = created_at - interval '40 days', finished_at = finished_at - interval '40 days'",
      );
      expect(await forgetAttempts(database, 30)).to.equal(1);
      expect((await openAttempts(database, 10)).map(({ signature }) => signature)).to.deep.equal([
        "s2",
      ]);
      expect(await outcomesOf(database, addressOf("a"))).to.have.length(1);
    });
  });

  describe("vanished policies", () => {
    it("given a scan, when some were not in it, then only policies that no later read saw are removed", async () => {
      await upsertPlans(database, [
        plan("gone", { seenSlot: 100 }),
        plan("still", { seenSlot: 200 }),
        plan("new", { seenSlot: 205 }),
      ]);
      const missing = await unseen(database, 200, "", 10);
      expect(missing).to.deep.equal([addressOf("gone")]);
      await upsertPlans(database, [plan("gone", { seenSlot: 210 })]);
      expect(await removeVanished(database, missing, 205)).to.equal(0);
      expect(await removeVanished(database, missing, 210)).to.equal(1);
      expect(await only("gone")).to.equal(undefined);
      expect(await only("still")).not.to.equal(undefined);
    });

    it("given more than a page, when they are listed page by page, then each comes once", async () => {
      const names = ["a", "b", "c", "d", "e"];
      await upsertPlans(
        database,
        names.map((name) => plan(name)),
      );
      const first = await unseen(database, 200, "", 3);
      const second = await unseen(database, 200, first[2]!, 3);
      expect([...first, ...second]).to.deep.equal(names.map(addressOf).sort());
    });
  });

  describe("lookup tables", () => {
    it("given a table, when its states are stored, then an older slot never overwrites a newer one", async () => {
      const table = {
        address: "t",
        state: "active" as const,
        addresses: ["x", "y"],
        changedSlot: 20,
      };
      await saveLookupTable(database, table);
      await saveLookupTable(database, {
        ...table,
        state: "creating",
        addresses: [],
        changedSlot: 19,
      });
      expect(await lookupTables(database)).to.deep.equal([table]);
      await saveLookupTable(database, { ...table, state: "deactivating", changedSlot: 21 });
      expect(await lookupTables(database)).to.deep.equal([]);
      expect(await lookupTables(database, ["deactivating"])).to.have.length(1);
      await removeLookupTable(database, "t");
      expect(await lookupTables(database, ["deactivating"])).to.deep.equal([]);
    });
  });

  describe("status", () => {
    beforeEach(async () => {
      await upsertPlans(database, [
        plan("due", { dueAt: NOW - 5n }),
        plan("failing", { dueAt: NOW - 9n }),
        plan("later", { dueAt: NOW + 1n }),
        plan("underfunded", { dueAt: NOW }),
        plan("owner's", { state: "waiting", reason: "OwnerMustSign", dueAt: null }),
        plan("over", { dueAt: NOW }),
      ]);
      await backOff(database, at("failing"), 60, "timeout");
      await wait(database, at("underfunded"), "InsufficientFunds");
      await upsertPlans(database, [
        plan("over", { state: "done", reason: "PolicyCompleted", seenSlot: 101 }),
      ]);
      await recordAttempt(database, {
        signature: "s",
        wire: Uint8Array.of(1),
        members: [member("due")],
        lastValidBlockHeight: 1,
      });
      await recordOutcomes(database, [outcome("paid before")]);
    });

    it("given policies in every state, when they are counted, then each is counted where it is", async () => {
      expect(await counts(database, NOW)).to.deep.equal({
        scheduled: 3,
        due: 2,
        backingOff: 1,
        waiting: { InsufficientFunds: 1, OwnerMustSign: 1 },
        done: 1,
        oldestDueAt: NOW - 5n,
        openAttempts: 1,
        outcomes: 1,
      });
    });

    it("given an empty store, when it is counted, then every count is zero", async () => {
      await truncate(database);
      expect(await counts(database, NOW)).to.deep.equal({
        ...{ scheduled: 0, due: 0, backingOff: 0, waiting: {}, done: 0 },
        ...{ oldestDueAt: null, openAttempts: 0, outcomes: 0 },
      });
    });

    it("given policies in every state, when the stuck ones are listed, then they have their reasons, the longest due first", async () => {
      const listed = (await stuck(database, NOW, 10)).map(({ policy, reason }) => [policy, reason]);
      expect(listed).to.deep.equal([
        [addressOf("failing"), "timeout"],
        [addressOf("underfunded"), "InsufficientFunds"],
        [addressOf("owner's"), "OwnerMustSign"],
      ]);
    });

    it("given policies in every state, when the next ones are listed, then they come by due time", async () => {
      const listed = (await upcoming(database, 2)).map(({ policy }) => policy);
      expect(listed).to.deep.equal([addressOf("failing"), addressOf("due")]);
    });
  });
});
