import { expect } from "chai";
import { dueWithin, raiseAlerts } from "../src/store/alerts";
import { done, upsertPlans } from "../src/store/policies";
import type { Underfunded } from "../src/types";
import { addressOf, NOW, plan, underfunded } from "./plans";
import { migratedDatabase, type TestDatabase, truncate } from "./test-database";

describe("keeper: alerts in the store", () => {
  let test: TestDatabase;
  before(async () => {
    test = await migratedDatabase();
  });
  after(() => test.drop());
  beforeEach(() => truncate(test.database));

  const UNTIL = NOW + 259_200n;

  /** What is told, by a keeper that remembers nothing. */
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

  it("given alerts, then each is told once over all keepers and restarts, whatever is missing", async () => {
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

  it("given one that was repaired, when it breaks again, then it is told again", async () => {
    await raise([a, b]);
    expect(await raise([b])).to.deep.equal([]);
    expect(await raise([a, b])).to.deep.equal([a]);
  });

  it("given an owner nobody could look at, then his alerts count as neither repaired nor new", async () => {
    await raise([a, b]);
    expect(await raise([b], { unknownOwners: [a.owner] })).to.deep.equal([]);
    expect(await raise([a, b])).to.deep.equal([]);
  });

  it("given a look that did not reach so far, then what is due later is not repaired by that", async () => {
    const late = underfunded("late", { dueAt: NOW + 9_000n });
    await raise([a, late]);
    expect(await raise([a], { until: NOW + 8_999n })).to.deep.equal([]);
    expect(await raise([a, late])).to.deep.equal([]);
    await raise([a], { until: NOW + 9_000n });
    expect(await raise([a, late])).to.deep.equal([late]);
  });

  it("given two keepers that find the same at once, then one of them tells it", async () => {
    const other = await test.another();
    const told = await Promise.all([raise([a, b]), raise([b, a], {}, other)]);
    expect(told.flat()).to.have.deep.members([a, b]);
  });

  it("given a keeper that ends while it tells, then the next one tells it", async () => {
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
