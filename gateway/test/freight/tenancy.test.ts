/** Whose shipment it is: every path of ChainFreight and ChainPay with an id (G2). */
import { expect } from "chai";
import { dumpRows } from "../harness/dump";
import { until } from "../harness/until";
import { FreightWorld } from "./freight-world";

describe("whose shipment it is", () => {
  let world: FreightWorld;
  let ids: Awaited<ReturnType<FreightWorld["scheduled"]>>;
  before(async () => {
    world = await FreightWorld.open();
    ids = await world.scheduled();
    await world.settled();
    // The outbox notes that a landed job is final some seconds later, which is none of a request's changes.
    await until(async () => (await world.notFinal()) === 0, "final jobs");
  });
  after(() => world.close());

  const requests = (): ["freight" | "pay", string, string, object?][] => {
    const { shipment, token, intent } = ids;
    return [
      ["freight", "GET", `/shipments/${shipment}`],
      ["freight", "PUT", `/shipments/${shipment}`, { shipper_name: "UPS" }],
      ["freight", "POST", `/shipments/${shipment}/tokenize`, { face_value: 1 }],
      ["freight", "GET", `/shipments/${shipment}/token`],
      ["freight", "GET", `/tokens/${token}`],
      ["freight", "POST", `/shipments/${shipment}/events`, { event_type: "POD_CONFIRMED" }],
      ["freight", "GET", `/shipments/${shipment}/events`],
      ["pay", "POST", "/payment_intents", { freight_token_id: token, amount: 1 }],
      ["pay", "GET", `/payment_intents/${intent}`],
      ["pay", "POST", `/payment_intents/${intent}/assess_risk`],
      ["pay", "POST", `/payment_intents/${intent}/settle`, { force_approval: true }],
      ["pay", "POST", `/payment_intents/${intent}/complete`],
      ["pay", "POST", `/payment_intents/${intent}/build_schedule`],
      ["pay", "GET", `/payment_intents/${intent}/schedule`],
      ["pay", "GET", `/payment_intents/${intent}/history`],
      ["pay", "GET", `/audit/shipments/${shipment}`],
      ["pay", "GET", `/audit/payment_intents/${intent}/milestones`],
    ];
  };
  const basic = (key: string) => ({
    authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}`,
  });
  const rows = async () => dumpRows(world.context.database, ["audit_log"]);

  it("given another account's key then every path with an id answers 404, and nothing changes in any table or on chain", async () => {
    const before = await rows();
    const paid = await world.balance("payee");
    for (const [service, method, path, body] of requests()) {
      const answer = await world.ask(service, method, path, body, basic(world.keys.other));
      expect([answer.status, typeof answer.body.detail], `${method} ${path}`).to.deep.equal([
        404,
        "string",
      ]);
    }
    await world.settled();
    expect(await rows()).to.deep.equal(before);
    expect(await world.balance("payee")).to.equal(paid);
  });

  it("given another account's event of the same shipment number then the webhook pays none of the first account's intents", async () => {
    const paid = await world.balance("payee");
    const event = { shipment_id: ids.shipment, event_type: "POD_CONFIRMED", event_id: 1 };
    const answer = await world.ask(
      "pay",
      "POST",
      "/webhooks/shipment_event",
      event,
      basic(world.keys.other),
    );
    expect(answer.body.milestone_settlements_created ?? 0).to.equal(0);
    await world.settled();
    expect(await world.balance("payee")).to.equal(paid);
  });

  it("given a key that only reads then every write is 403 and nothing changes", async () => {
    const before = await rows();
    for (const [service, method, path, body] of requests()) {
      // The assessment of a risk only reads.
      if (method === "GET" || path.endsWith("/assess_risk")) continue;
      const answer = await world.ask(service, method, path, body, basic(world.keys.reading));
      expect(answer.status, `${method} ${path}`).to.equal(403);
    }
    expect(await rows()).to.deep.equal(before);
  });
});
