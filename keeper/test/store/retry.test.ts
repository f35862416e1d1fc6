import { expect } from "chai";
import { FEE_PAYER_SHORT } from "../../src/send/classify";
import { recentCost } from "../../src/store/cost";
import { due } from "../../src/store/due";
import { backOff, upsertPlans, wait } from "../../src/store/policies";
import { retryNow } from "../../src/store/retry";
import { addressOf, NOW, plan } from "../harness/plans";
import { migratedDatabase, type TestDatabase, truncate } from "../harness/test-database";

const at = (label: string) => ({ policy: addressOf(label), milestoneIndex: 0 });

describe("store: trying again now", () => {
  let test: TestDatabase;
  before(async () => {
    test = await migratedDatabase();
  });
  after(() => test.drop());
  beforeEach(async () => {
    await truncate(test.database);
    const { database } = test;
    await upsertPlans(database, [
      plan("failed"),
      plan("poor"),
      plan("waiting"),
      plan("future", { dueAt: NOW + 100n }),
      plan("signature", { state: "waiting", dueAt: null, reason: "OwnerMustSign" }),
    ]);
    await backOff(database, at("failed"), 3_600, "RpcTimeout");
    await backOff(database, at("poor"), 240, FEE_PAYER_SHORT);
    const watch = { accounts: [addressOf("tokens")], digest: "before" };
    await wait(database, at("waiting"), "InsufficientFunds", watch, 3_600);
  });

  const dueNow = async () =>
    (await due(test.database, NOW, 10, 300)).map(({ policy, attempts }) => [policy, attempts]);
  const once = (...labels: string[]) => labels.map((label) => [addressOf(label), 1]).sort();

  it("ends every delay and every wait for an account, and keeps the count of failures", async () => {
    expect(await dueNow()).to.deep.equal([]);
    expect(await retryNow(test.database)).to.equal(3);
    expect((await dueNow()).sort()).to.deep.equal(once("failed", "poor", "waiting"));
    expect(await retryNow(test.database)).to.equal(0);
  });

  it("leaves policies alone that were not named", async () => {
    const policies = [addressOf("waiting"), addressOf("future"), addressOf("signature")];
    expect(await retryNow(test.database, { policies })).to.equal(1);
    expect(await dueNow()).to.deep.equal(once("waiting"));
  });

  it("ends the delays of one reason", async () => {
    expect(await retryNow(test.database, { reason: FEE_PAYER_SHORT })).to.equal(1);
    expect(await dueNow()).to.deep.equal(once("poor"));
  });

  it("gives a policy in the queue no second turn", async () => {
    const { database } = test;
    await database.query(
      "UPDATE milepost_keeper.policies SET queued_at = now() WHERE address = $1",
      [addressOf("failed")],
    );
    await retryNow(database);
    expect((await dueNow()).sort()).to.deep.equal(once("poor", "waiting"));
  });

  it("knows no cost before the first payment", async () => {
    expect(await recentCost(test.database)).to.equal(null);
  });
});
