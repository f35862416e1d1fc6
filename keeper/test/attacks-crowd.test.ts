/** Attacks by crowds: what fails for ever is in nobody's way. */
import { expect } from "chai";
import { openQueue } from "../src/queue/execute-queue";
import { backOff, upsertPlans } from "../src/store/policies";
import { addressOf, NOW, plan } from "./plans";
import { migratedDatabase, type TestDatabase } from "./test-database";

describe("attacks: a crowd that was due for years", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await migratedDatabase();
    const { database } = test;
    const crowd = Array.from({ length: 50 }, (_, index) => `old ${index}`);
    const dueAt = -9_000_000_000_000_000_000n;
    await upsertPlans(
      database,
      crowd.map((name) => plan(name, { dueAt })),
    );
    for (const name of crowd) {
      for (let tries = 0; tries < 3; tries += 1) {
        await backOff(database, { policy: addressOf(name), milestoneIndex: 0 }, -1, "Unrecognized");
      }
    }
  });
  afterEach(() => test.drop());

  const honest = () => upsertPlans(test.database, [plan("honest"), plan("honest too")]);
  const mine = [addressOf("honest"), addressOf("honest too")];

  it("given a crowd that fails and is due again, when honest policies come due, then those are taken first", async () => {
    const queue = await openQueue(test.database);
    await honest();
    expect(await queue.enqueueDue(NOW, 2)).to.equal(2);
    const leases = await queue.fetch(10);
    expect(leases.map(({ policy }) => policy)).to.have.members(mine);
    await queue.stop();
  });

  it("given a queue full of a crowd that fails, when honest policies come due, then they are worked on next", async () => {
    const queue = await openQueue(test.database);
    expect(await queue.enqueueDue(NOW, 1_000)).to.equal(50);
    await honest();
    await queue.enqueueDue(NOW, 1_000);
    const leases = await queue.fetch(2);
    expect(leases.map(({ policy }) => policy)).to.have.members(mine);
    // And the others have their turn afterwards.
    expect(await queue.fetch(100)).to.have.length(50);
    await queue.stop();
  });
});
