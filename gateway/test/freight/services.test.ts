/** ChainFreight and ChainPay beside spec 004's examples: scorer, completion, audits, lists, documents, methods. */
import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { START } from "../harness/sandbox";
import { FreightWorld } from "./freight-world";

/** A risk scorer that answers what a test sets. */
class Scorer {
  answer: { status: number; body: string } = { status: 200, body: "{}" };
  readonly asked: unknown[] = [];
  private readonly server: Server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      this.asked.push(JSON.parse(text));
      response.writeHead(this.answer.status, { "content-type": "application/json" });
      response.end(this.answer.body);
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/score`;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

describe("the freight services", () => {
  const scorer = new Scorer();
  let world: FreightWorld;
  before(async () => (world = await FreightWorld.open({ scorerUrl: await scorer.start() })));
  after(async () => {
    await world.close();
    await scorer.close();
  });

  const create = async (risk?: number): Promise<number> =>
    (
      await world.ask("freight", "POST", "/shipments", {
        shipper_name: "FedEx",
        origin: "SF",
        destination: "NY",
        ...(risk === undefined ? {} : { risk_score: risk }),
      })
    ).body.id;
  const tokenize = async (shipment: number) =>
    (await world.ask("freight", "POST", `/shipments/${shipment}/tokenize`, { face_value: 100 }))
      .body;

  describe("an event that pays", () => {
    const tell = (shipment: number, changes: object) =>
      world.ask("pay", "POST", "/webhooks/shipment_event", {
        shipment_id: shipment,
        event_type: "POD_CONFIRMED",
        occurred_at: "2025-11-07T14:30:00Z",
        ...changes,
      });
    const untouched = async (intent: number) =>
      expect((await world.history(intent)).total).to.equal(0);

    it("given a time in the future then it is a 422 on both services, is not recorded and pays nothing", async () => {
      const { shipment, intent } = await world.scheduled({ risk: 0.1 });
      const path = `/shipments/${shipment}/events`;
      const future = { event_type: "POD_CONFIRMED", occurred_at: "2099-01-01T00:00:00Z" };
      for (const { status, body } of [
        await world.ask("freight", "POST", path, future),
        await tell(shipment, future),
      ]) {
        expect([status, body.detail[0].loc]).to.deep.equal([422, ["occurred_at"]]);
        expect(body.detail[0].msg).to.match(/^occurred_at: expected a time that has passed/);
      }
      expect((await world.ask("freight", "GET", path)).body.total).to.equal(0);
      await untouched(intent);
    });

    it("given a time a few minutes ahead of the chain's then it is taken", async () => {
      const { shipment } = await world.scheduled();
      const at = (seconds: number) => new Date((Number(START) + seconds) * 1_000).toISOString();
      const send = (occurred_at: string) =>
        world.ask("freight", "POST", `/shipments/${shipment}/events`, {
          event_type: "IN_TRANSIT",
          occurred_at,
        });
      expect((await send(at(300))).status).to.equal(201);
      expect((await send(at(301))).status).to.equal(422);
    });

    it("given a webhook of an event that was not recorded then it is a 404 and pays nothing, with or without an event_id", async () => {
      const { shipment, intent } = await world.scheduled({ risk: 0.1 });
      for (const changes of [{}, { event_id: null }, { event_id: 999_999 }]) {
        const { status, body } = await tell(shipment, changes);
        expect([status, body]).to.deep.equal([404, { detail: "Shipment event not found" }]);
      }
      await untouched(intent);
      const event = await world.event(shipment, "POD_CONFIRMED");
      const { status, body } = await tell(shipment, {});
      expect([status, body.message]).to.deep.equal([200, "milestone already exists (idempotent)"]);
      const { milestone_settlements: paid } = await world.history(intent);
      expect(paid.map((each: Record<string, unknown>) => each["shipment_event_id"])).to.deep.equal([
        event.body.id,
      ]);
    });
  });

  describe("risk scorer", () => {
    it("given a score then it decides the tier, and the request named the shipment", async () => {
      scorer.answer = { status: 200, body: '{"risk_score":0.7,"risk_category":"storm"}' };
      const shipment = await create();
      const token = await tokenize(shipment);
      expect([token.risk_score, token.risk_category]).to.deep.equal([0.7, "storm"]);
      expect(scorer.asked.at(-1)).to.deep.equal({
        shipment_id: shipment,
        origin: "SF",
        destination: "NY",
        planned_delivery_date: null,
      });
      const { body } = await world.ask("pay", "POST", "/payment_intents", {
        freight_token_id: token.id,
        amount: 10,
      });
      expect(body.risk_tier).to.equal("high");
    });

    for (const [what, answer] of [
      ["fails", { status: 500, body: "{}" }],
      ["answers no JSON", { status: 200, body: "<html>" }],
      ["answers a score above 1", { status: 200, body: '{"risk_score":1.1}' }],
    ] as const) {
      it(`given a scorer that ${what} then the shipment is of medium risk, without a score`, async () => {
        scorer.answer = answer;
        const token = await tokenize(await create());
        expect([token.risk_score, token.risk_category]).to.deep.equal([null, "medium"]);
      });
    }

    it("given the shipper's own score then the scorer is not asked", async () => {
      const before = scorer.asked.length;
      expect((await tokenize(await create(0.1))).risk_score).to.equal(0.1);
      expect(scorer.asked.length).to.equal(before);
    });
  });

  describe("complete and audits", () => {
    it("given open items then complete names them; given all paid then it confirms, and the audits sum up", async () => {
      const { shipment, token, intent } = await world.scheduled({ risk: 0.1 });
      const early = await world.ask("pay", "POST", `/payment_intents/${intent}/complete`);
      expect([early.status, early.body.detail]).to.deep.equal([
        400,
        "Payment is not settled on chain yet: PICKUP_CONFIRMED, POD_CONFIRMED, CLAIM_WINDOW_CLOSED still open. Record the events, or settle with force_approval",
      ]);
      await world.event(shipment, "POD_CONFIRMED");
      await world.history(intent);
      const path = `/audit/payment_intents/${intent}/milestones`;
      const half = (await world.ask("pay", "GET", path)).body;
      expect(half.summary).to.deep.include({
        total_milestones: 1,
        settled_amount_decimal: "7000.00",
        pending_amount_decimal: "3000.00",
      });
      await world.event(shipment, "PICKUP_CONFIRMED");
      await world.event(shipment, "CLAIM_WINDOW_CLOSED");
      await world.settled();
      await world.history(intent);
      const done = await world.ask("pay", "POST", `/payment_intents/${intent}/complete`);
      expect([done.status, done.body.status]).to.deep.equal([200, "settled"]);
      const audit = (await world.ask("pay", "GET", path)).body;
      expect(audit).to.deep.include({ payment_intent_id: intent, freight_token_id: token });
      expect(audit.summary).to.deep.include({
        settled_amount_decimal: "10000.00",
        pending_amount_decimal: "0.00",
      });
      for (const { reference } of audit.milestones as { reference: string }[]) {
        const { value } = await world.chain.connection.getSignatureStatus(reference);
        expect(value!.err).to.equal(null);
      }
      const whole = (await world.ask("pay", "GET", `/audit/shipments/${shipment}`)).body;
      expect(whole.message).to.equal(`Audit trail for shipment ${shipment}`);
      expect(whole.summary).to.deep.include({
        total_milestones: 3,
        settled_count: 3,
        total_settled_amount_decimal: "10000.00",
      });
    });

    it("given a shipment without events then its audit is empty; given an unknown one, or another account's, then the answer is 404", async () => {
      const shipment = await create(0.1);
      const empty = await world.ask("pay", "GET", `/audit/shipments/${shipment}`);
      expect([empty.status, empty.body.milestones, empty.body.message]).to.deep.equal([
        200,
        [],
        "No milestones found for shipment",
      ]);
      const other = { "x-api-key": world.keys.other };
      for (const [path, headers, detail] of [
        [`/audit/shipments/${shipment}`, other, "Shipment not found"],
        ["/audit/shipments/999999", {}, "Shipment not found"],
        ["/audit/payment_intents/999999/milestones", {}, "Payment intent not found"],
      ] as const) {
        const answer = await world.ask("pay", "GET", path, undefined, headers);
        expect(answer).to.deep.equal({ status: 404, body: { detail } });
      }
    });
  });

  it("given skip and limit then each list answers its page and the total of all", async () => {
    const ids: number[] = [];
    for (let count = 0; count < 3; count += 1) ids.push(await create(0.1));
    const { id: freight_token_id } = await tokenize(ids[0]!);
    await world.ask("pay", "POST", "/payment_intents", { freight_token_id, amount: 10 });
    const key = { "x-api-key": world.keys.own };
    const page = async (query: string) =>
      (await world.ask("freight", "GET", `/shipments${query}`, undefined, key)).body;
    const { total } = await page("");
    const last = await page(`?skip=${total - 2}&limit=1`);
    expect([last.total, last.shipments.map(({ id }: { id: number }) => id)]).to.deep.equal([
      total,
      [ids[1]],
    ]);
    expect((await page(`?skip=${total}`)).shipments).to.deep.equal([]);
    for (const query of ["?limit=0", "?limit=101", "?skip=-1", "?limit=x", "?page=2"]) {
      const refused = await world.ask("freight", "GET", `/shipments${query}`);
      expect(refused.status, query).to.equal(422);
      expect(refused.body.detail[0].loc, query).to.have.length.greaterThan(0);
    }
    const other = { "x-api-key": world.keys.other };
    const nothing = await world.ask("freight", "GET", "/shipments", undefined, other);
    expect(nothing.body).to.deep.equal({ total: 0, shipments: [] });
    for (const [service, path, name] of [
      ["freight", "/tokens", "tokens"],
      ["pay", "/payment_intents", "payment_intents"],
    ] as const) {
      const { body } = await world.ask(service, "GET", `${path}?limit=1`);
      expect(body[name], path).to.have.length(1);
      expect(body.total, path).to.be.greaterThan(0);
    }
  });

  for (const [service, title, paths] of [
    [
      "freight",
      "ChainFreight",
      ["/shipments/{shipment_id}/tokenize", "/tokens/{token_id}", "/health"],
    ],
    ["pay", "ChainPay", ["/webhooks/shipment_event", "/payment_intents/{payment_id}/settle"]],
  ] as const) {
    it(`${title} serves its own OpenAPI document without a key`, async () => {
      const { status, body } = await world.ask(service, "GET", "/openapi.json");
      expect([status, body.openapi, body.info.title]).to.deep.equal([200, "3.1.0", title]);
      expect(Object.keys(body.paths as object)).to.include.members([...paths]);
      for (const item of Object.values(body.paths as object)) {
        for (const operation of Object.values(item as object)) {
          expect(Object.keys((operation as { responses: object }).responses)).to.include("500");
        }
      }
      expect(body.components.schemas.Error.required).to.deep.equal(["detail"]);
    });
  }

  it("answers HEAD and OPTIONS, and 405 with Allow", async () => {
    const { freightUrl } = world.freight;
    const head = await fetch(`${freightUrl}/shipments`, { method: "HEAD" });
    expect([head.status, await head.text()]).to.deep.equal([200, ""]);
    const options = await fetch(`${freightUrl}/shipments`, { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).to.deep.equal([
      204,
      "GET, HEAD, OPTIONS, POST",
    ]);
    const wrong = await fetch(`${freightUrl}/shipments`, { method: "DELETE" });
    expect([wrong.status, wrong.headers.get("allow")]).to.deep.equal([
      405,
      "GET, HEAD, OPTIONS, POST",
    ]);
    expect(await wrong.json()).to.have.property("detail");
  });
});
