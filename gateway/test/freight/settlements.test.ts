import { expect } from "chai";
import { approveRelease } from "../../src/release-approval/approve-release";
import { FreightWorld } from "./freight-world";

const DOLLAR = 1_000_000n;
const DAY = 86_400n;

describe("freight settlements on chain", () => {
  let world: FreightWorld;
  before(async () => (world = await FreightWorld.open()));
  after(() => world.close());

  it("pays high risk only after an approval by hand, and never the part of no event", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.9 });
    const before = await world.balance("payee");
    await world.event(shipment, "pod_confirmed");
    const refused = await world.ask("pay", "POST", `/payment_intents/${intent}/settle`);
    expect(refused.body).to.deep.include({ status: "rejected", action_taken: "rejected" });
    expect(await world.balance("payee")).to.equal(before);
    const forced = await world.ask("pay", "POST", `/payment_intents/${intent}/settle`, {
      force_approval: true,
    });
    expect(forced.body).to.deep.include({
      status: "approved",
      milestone_settlements_released: 1,
    });
    await world.history(intent);
    expect((await world.balance("payee")) - before).to.equal(7_920n * DOLLAR);
  });

  it("pays the pickup of medium risk a day later by the chain's clock", async () => {
    const { shipment, intent } = await world.scheduled();
    const before = await world.balance("payee");
    await world.event(shipment, "PICKUP_CONFIRMED");
    await world.pass(DAY - 1n);
    await world.settled();
    expect(await world.balance("payee")).to.equal(before);
    await world.pass(1n);
    await world.settled();
    expect((await world.balance("payee")) - before).to.equal(990n * DOLLAR);
    const { milestone_settlements: all } = await world.history(intent);
    expect(all[0].status).to.equal("settled");
  });

  it("lets a keeper release an item only once its settlement waits for the chain alone", async () => {
    const answers = async (intent: number) => {
      const { body } = await world.ask("pay", "GET", `/payment_intents/${intent}/schedule`);
      const { items } = body as { items: { policy: string | null }[] };
      return Promise.all(
        items.flatMap(({ policy }) =>
          policy === null
            ? []
            : [approveRelease(world.context.database, { mode: "test", policy, index: 0 })],
        ),
      );
    };
    const { shipment, intent } = await world.scheduled({ risk: 0.9 });
    await world.settled();
    expect((await answers(intent)).filter((each) => each === "yes")).to.deep.equal([]);
    await world.event(shipment, "pod_confirmed");
    expect((await answers(intent)).filter((each) => each === "yes")).to.deep.equal([]);
    await world.ask("pay", "POST", `/payment_intents/${intent}/settle`, { force_approval: true });
    expect((await answers(intent)).filter((each) => each === "yes")).to.deep.equal(["yes"]);
  });

  it("answers another account 404 and pays only the shipment's own intents", async () => {
    const { shipment, intent } = await world.scheduled({ risk: 0.1 });
    const other = { "x-api-key": world.keys.other };
    const read = await world.ask("pay", "GET", `/payment_intents/${intent}`, undefined, other);
    expect(read).to.deep.equal({ status: 404, body: { detail: "Payment intent not found" } });
    const body = { event_type: "POD_CONFIRMED" };
    const told = await world.ask("freight", "POST", `/shipments/${shipment}/events`, body, other);
    expect(told).to.deep.equal({ status: 404, body: { detail: "Shipment not found" } });
    const again = await world.ask("pay", "POST", `/payment_intents/${intent}/build_schedule`);
    expect(again.status).to.equal(409);
    expect((await world.history(intent)).total).to.equal(0);
  });
});
