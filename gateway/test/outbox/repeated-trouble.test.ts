import { expect } from "chai";
import { createLog, type Logger } from "../../src/observe/log";
import { until } from "../harness/until";
import { OutboxWorld } from "./outbox-world";

describe("a job in trouble that repeats", () => {
  let world: OutboxWorld;
  before(async () => (world = await OutboxWorld.open()));
  after(() => world?.close());

  it("is logged as a warning from the fifth time on", async () => {
    const warned: { troubles?: number }[] = [];
    const log: Logger = createLog({ level: "silent" });
    log.warn = ((told: { troubles?: number }) => warned.push(told)) as never;
    world.decide = () => {
      throw new Error("no such thing");
    };
    const outbox = world.start({ log });
    const id = await world.enqueue(outbox, "troubled");
    await until(async () => {
      await world.database.query(
        "UPDATE milepost_gateway.chain_jobs SET run_at = clock_timestamp() WHERE id = $1 AND state = 'queued'",
        [id],
      );
      outbox.wake();
      return warned.length >= 2;
    }, "two warnings");
    expect(warned.slice(0, 2).map(({ troubles }) => troubles)).to.deep.equal([5, 6]);
  });
});
