import { expect } from "chai";
import { dueWithin, raiseAlerts, type Underfunded } from "../../src/store/alerts";
import { done, upsertPlans } from "../../src/store/policies";
import { addressOf, NOW, plan, underfunded } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

describe("keeper: alerts in the store", () => {
  let test: TestDatabase;
  before(async () => {
    test = await migratedDatabase();
  });
  after(() => test.drop());
  beforeEach(() => truncate(test.database));

  const UNTIL = NOW + 259_200n;

  /** Returns the alerts that are reported, by a keeper without memory. */
  async function raise(
    found: Underfunded[],
    options: { until?: bigint; unknownOwners?: string[] } = {},
    database = test.database,
  ): Promise<Underfunded[]> {
    const told: Underfunded[] = [];
    const report = { found, until: UNTIL, unknownOwners: [], ...options };
    await raiseAlerts(database, report, (alert) => void told.push(alert));
    return told;
  }

  const [a, b] = [underfunded("a"), underfunded("b", { milestoneIndex: 3 })];

  it("given alerts, then each is reported once over all keepers and restarts, whatever is missing", async () => {
    expect(await raise([a, b])).to.deep.equal([a, b]);
    expect(await raise([{ ...a, shortfall: 9n, reason: "DelegationRevoked" }, b])).to.deep.equal(
      [],
    );
    expect(await raise([a, b], {}, await test.another())).to.deep.equal([]);
  });

  it("given another milestone of the same policy, then it is another alert", async () => {
    await raise([a]);
    const next = { ...a, milestoneIndex: 1 };
    expect(await raise([a, next])).to.deep.equal([next]);
  });

  it("given one that was repaired, when it breaks again, then it is reported again", async () => {
    await raise([a, b]);
    expect(await raise([b])).to.deep.equal([]);
    expect(await raise([a, b])).to.deep.equal([a]);
  });

  it("given an owner whose accounts could not be read, then their alerts count as neither repaired nor new", async () => {
    await raise([a, b]);
    expect(await raise([b], { unknownOwners: [a.owner] })).to.deep.equal([]);
    expect(await raise([a, b])).to.deep.equal([]);
  });

  it("given a check that ends before their due time, then later alerts do not count as repaired", async () => {
    const late = underfunded("late", { dueAt: NOW + 9_000n });
    await raise([a, late]);
    expect(await raise([a], { until: NOW + 8_999n })).to.deep.equal([]);
    expect(await raise([a, late])).to.deep.equal([]);
    await raise([a], { until: NOW + 9_000n });
    expect(await raise([a, late])).to.deep.equal([late]);
  });

  it("given two keepers that find the same at once, then one of them reports it", async () => {
    const other = await test.another();
    const told = await Promise.all([raise([a, b]), raise([b, a], {}, other)]);
    expect(told.flat()).to.have.deep.members([a, b]);
  });

  it("given a keeper that ends while it reports, then the next one reports it", async () => {
    const report = { found: [a], until: UNTIL, unknownOwners: [] };
    const failed = await raiseAlerts(test.database, report, () => {
      throw new Error("killed");
    }).catch((error: Error) => error.message);
    expect(failed).to.equal("killed");
    expect(await raise([a])).to.deep.equal([a]);
  });

  it("given plans around a window, then those in it are read, the soonest first, and how far the limit reaches", async () => {
    const { database } = test;
    await upsertPlans(database, [
      plan("now"),
      plan("last", { dueAt: NOW + 50n }),
      plan("waits", { dueAt: NOW + 20n, state: "waiting", reason: "MilestoneNotFunded" }),
      plan("beyond", { dueAt: NOW + 51n }),
      plan("undated", { dueAt: null, state: "waiting", reason: "MilestoneNotFunded" }),
      plan("over", { dueAt: NOW + 10n }),
    ]);
    await done(database, { policy: addressOf("over"), milestoneIndex: 0 }, "PolicyDeleted");
    const read = async (limit: number) => {
      const { plans, until } = await dueWithin(database, NOW, NOW + 50n, limit);
      return [plans.map(({ address }) => address.toBase58()), until];
    };
    const [waits, last] = [addressOf("waits"), addressOf("last")];
    expect(await read(10)).to.deep.equal([[waits, last], NOW + 50n]);
    expect(await read(1)).to.deep.equal([[waits], NOW + 19n]);
  });
});
