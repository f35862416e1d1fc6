import { emptyDatabase } from "@milepost/database/testing";
import { expect } from "chai";
import { migrate } from "../../src/store/database";
import { type ExecuteQueue, openQueue } from "../../src/queue/leases";

describe("keepers that start at once", () => {
  it("given keepers that start at once on a server without any tables, when they make them, then all of them can use the queue", async () => {
    const queues: ExecuteQueue[] = [];
    const failures: unknown[] = [];
    // Not every time does one come upon another's half-made tables.
    for (let round = 1; round <= 6; round += 1) {
      const empty = await emptyDatabase();
      const keepers = await Promise.all([1, 2, 3, 4].map(() => empty.another()));
      const opened = await Promise.allSettled(
        keepers.map(async (keeper) => {
          // Its session then has stale knowledge of what another one makes in between.
          await migrate(keeper);
          queues.push(await openQueue(keeper));
        }),
      );
      for (const queue of queues.splice(0)) await queue.stop();
      await empty.drop();
      for (const one of opened) if (one.status === "rejected") failures.push(one.reason);
    }
    expect(failures.map(String)).to.deep.equal([]);
  });
});
