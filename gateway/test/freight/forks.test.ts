/** A chain that takes freight's transactions back with their fork: told, sent again, and the ledger agrees. */
import { expect } from "chai";
import { reconcileNow } from "../../src/reconciliation/service";
import { type Fork, forkOf } from "../harness/fork";
import { FreightWorld } from "./freight-world";
import { until } from "../harness/until";

describe("forks: the chain rolls back freight's transactions", () => {
  let world: FreightWorld;
  let fork: Fork;
  beforeEach(async () => {
    world = await FreightWorld.open({ outbox: { finalityMs: 50, resendEveryMs: 100 } });
    fork = forkOf(world.localnet, world.chain);
  });
  afterEach(() => world.close());

  const differences = async () =>
    (await reconcileNow(world.context, "test", { recheckAfterMs: [] })).differences;
  const sums = async () =>
    (
      await world.context.database.query<{ type: string; sum: string }>(
        "SELECT type, sum(amount)::text AS sum FROM milepost_gateway.ledger_entries GROUP BY type ORDER BY type",
      )
    ).map(({ type, sum }) => [type, sum]);
  const eventsOf = (type: string) =>
    world.context.database.query("SELECT id FROM milepost_gateway.events WHERE type = $1", [type]);

  it("given a release is dropped then it is reported, sent again, and paid once", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.1 });
    await world.settled();
    const before = await world.balance("payee");
    fork.mark();
    await world.event(shipment, "POD_CONFIRMED");
    await world.settled();
    await world.history(intent);
    fork.drop();
    expect(await world.balance("payee")).to.equal(before);
    await until(
      async () => (await eventsOf("freight_settlement.reverted")).length === 1,
      "it is told",
    );
    world.outbox.wake();
    await until(
      async () => (await eventsOf("freight_settlement.settled")).length === 2,
      "it is paid again",
    );
    expect((await world.balance("payee")) - before).to.equal(6_930_000_000n);
    expect(await sums()).to.deep.equal([
      ["RELEASE", "7000000000"],
      ["RESERVE", "10000000000"],
    ]);
    expect(await differences()).to.deep.equal([]);
  });

  it("given a funding is dropped then the item is funded again, once", async () => {
    fork.mark();
    const { intent } = await world.scheduled({ risk: 0.1 });
    await world.settled();
    fork.drop();
    const policies = async () => (await world.policies(intent)).filter((state) => state !== null);
    await until(async () => {
      world.outbox.wake();
      const { body } = await world.ask("pay", "GET", `/payment_intents/${intent}/schedule`);
      const isFunded = body.items.every(({ funding }: { funding: string }) => funding === "funded");
      return isFunded && (await policies()).length === 3;
    }, "every item is funded again");
    const held = (await policies()).reduce((sum, { outstanding }) => sum + outstanding, 0n);
    expect(held).to.equal(10_000_000_000n);
    expect(await sums()).to.deep.equal([["RESERVE", "10000000000"]]);
    expect(await differences()).to.deep.equal([]);
  });
});
