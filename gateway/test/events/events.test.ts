import { expect } from "chai";
import { createDeliveries } from "../../src/webhooks/deliveries";
import { purgeEvents } from "../../src/webhooks/purge";
import { record } from "../harness/events";
import { type Receiver, startReceiver } from "../harness/receiver";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const DAY = 86_400_000;

describe("/v1/events", () => {
  let gateway: TestGateway;
  beforeEach(async () => (gateway = await startTestGateway()));
  afterEach(() => gateway.close());

  const list = async (query = "", key = gateway.keys.test) =>
    gateway.request("GET", `/v1/events${query}`, undefined, { "x-api-key": key });
  const idsOf = async (query = "", key?: string): Promise<string[]> =>
    (await list(query, key)).body.data.map(({ id }: { id: string }) => id);

  it("lists newest first, by type, kind, object and time", async () => {
    const start = gateway.clock.now / 1_000;
    const ids: string[] = [];
    for (const [type, object] of [
      ["milestone.completed", "milestone_1"],
      ["milestone.created", "milestone_2"],
      ["dispute.raised", "dispute_1"],
    ] as const) {
      ids.push(await record(gateway, type, object));
      gateway.clock.now += 1_000;
    }
    const [a, b, c] = ids as [string, string, string];
    expect(await idsOf()).to.deep.equal([c, b, a]);
    expect(await idsOf("?type=milestone.*")).to.deep.equal([b, a]);
    expect(await idsOf("?type=milestone.created")).to.deep.equal([b]);
    expect(await idsOf("?object_id=dispute_1")).to.deep.equal([c]);
    expect(await idsOf(`?created_after=${start + 1}`)).to.deep.equal([c, b]);
    expect(await idsOf(`?created_before=${start + 1}`)).to.deep.equal([b, a]);
    expect(await idsOf(`?created_after=${start + 1}&created_before=${start + 1}`)).to.deep.equal([
      b,
    ]);
  });

  it("pages without losing or repeating an event while new ones come", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      ids.unshift(await record(gateway, "milestone.completed", "milestone_1"));
      gateway.clock.now += 1;
    }
    const seen: string[] = [];
    for (let after = ""; ;) {
      const { body } = await list(`?limit=3${after}`);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      if (!body.has_more) break;
      await record(gateway, "milestone.completed", "milestone_2");
      gateway.clock.now += 1;
      after = `&starting_after=${seen[seen.length - 1]}`;
    }
    expect(seen).to.deep.equal(ids);
  });

  for (const [query, param] of [
    ["?type=Milestone", "type"],
    ["?type=milestone.%25", "type"],
    ["?limit=0", "limit"],
    ["?limit=101", "limit"],
    ["?starting_after=intent_1", "starting_after"],
    ["?created_after=1767225600000", "created_after"],
    ["?created_before=yesterday", "created_before"],
    ["?colour=red", "colour"],
  ] as const) {
    it(`refuses ${query} and names ${param}`, async () => {
      const { status, body } = await list(query);
      expect([status, body.error.code, body.error.param]).to.deep.equal([
        400,
        "invalid_request",
        param,
      ]);
    });
  }

  it("says that milliseconds are not seconds", async () => {
    const { body } = await list("?created_after=1767225600000");
    expect(body.error.message).to.contain("did you mean 1767225600?");
    const { body: far } = await list("?created_after=9007199254740991");
    expect(far.error.message)
      .to.match(/expected Unix seconds/)
      .and.to.not.include("milliseconds");
  });

  it("shows neither another account's nor another mode's event", async () => {
    const id = await record(gateway, "milestone.completed", "milestone_1");
    for (const key of [gateway.keys.other, gateway.keys.live]) {
      expect(await idsOf("", key)).to.deep.equal([]);
      const headers = { "x-api-key": key };
      expect(
        (await gateway.request("GET", `/v1/events/${id}`, undefined, headers)).status,
      ).to.equal(404);
      const replay = await gateway.request("POST", `/v1/events/${id}/replay`, undefined, headers);
      expect(replay.status).to.equal(404);
    }
  });

  it("purges after 30 days with the deliveries, and goes on with the object's numbers", async () => {
    const { database } = gateway.context;
    await gateway.request("POST", "/v1/webhook-endpoints", { url: "https://shop.example/" });
    const old = await record(gateway, "milestone.completed", "milestone_1");
    gateway.clock.now += 29 * DAY;
    const young = await record(gateway, "milestone.completed", "milestone_1");
    expect(await purgeEvents(database, gateway.context.now())).to.equal(0);
    gateway.clock.now += DAY + 1;
    expect(await purgeEvents(database, gateway.context.now())).to.equal(1);
    expect((await gateway.request("GET", `/v1/events/${old}`)).status).to.equal(404);
    expect(await idsOf()).to.deep.equal([young]);
    const left = await database.query("SELECT event_id FROM milepost_gateway.webhook_deliveries");
    expect(left).to.deep.equal([{ event_id: young }]);
    const next = await record(gateway, "milestone.completed", "milestone_1");
    expect((await gateway.request("GET", `/v1/events/${next}`)).body.sequence).to.equal(3);
  });

  describe("sent again", () => {
    let receiver: Receiver;
    beforeEach(async () => (receiver = await startReceiver()));
    afterEach(() => receiver.close());

    const endpoint = async (body: object = {}): Promise<string> =>
      (await gateway.request("POST", "/v1/webhook-endpoints", { url: receiver.url, ...body })).body
        .id;
    const drain = () => createDeliveries(gateway.context).drain();
    const recover = async (id: string, body: object) =>
      gateway.request("POST", `/v1/webhook-endpoints/${id}/recover`, body);
    const got = () => receiver.received.splice(0).map(({ id }) => id);

    it("replays to every enabled endpoint, with the same webhook-id and body", async () => {
      await endpoint();
      const id = await record(gateway, "milestone.completed", "milestone_1");
      await drain();
      const { status, body } = await gateway.request("POST", `/v1/events/${id}/replay`);
      expect(status).to.equal(202);
      expect(body.data.map(({ status: state }: { status: string }) => state)).to.deep.equal([
        "pending",
      ]);
      await drain();
      const [first, second] = receiver.received;
      expect([first!.id, first!.body]).to.deep.equal([second!.id, second!.body]);
    });

    it("replays to one endpoint, also one that did not choose the type", async () => {
      await endpoint();
      const other = await endpoint({ enabledEvents: ["dispute.*"] });
      const id = await record(gateway, "milestone.completed", "milestone_1");
      await drain();
      await gateway.request("POST", `/v1/events/${id}/replay`, { endpoint: other });
      expect(await drain()).to.equal(1);
      expect(got()).to.deep.equal([id, id]);
    });

    it("refuses a replay to a disabled endpoint and says what to do", async () => {
      const id = await record(gateway, "milestone.completed", "milestone_1");
      const disabled = await endpoint({ status: "disabled" });
      const { status, body } = await gateway.request("POST", `/v1/events/${id}/replay`, {
        endpoint: disabled,
      });
      expect([status, body.error.code]).to.deep.equal([400, "invalid_status"]);
      expect(body.error.message).to.contain('Set its status to "enabled" first');
    });

    it("recovers since a time and after an event, in order, what the endpoint chose", async () => {
      const ids: string[] = [];
      const times: number[] = [];
      for (let index = 0; index < 4; index += 1) {
        times.push(gateway.clock.now);
        ids.push(await record(gateway, "milestone.completed", "milestone_1"));
        await record(gateway, "dispute.raised", "dispute_1");
        gateway.clock.now += 60_000;
      }
      // It was created after the events.
      const id = await endpoint({ enabledEvents: ["milestone.*"] });
      for (const since of [
        times[1]! / 1_000,
        String(times[1]! / 1_000),
        new Date(times[1]!).toISOString(),
        ids[0],
      ]) {
        const { status, body } = await recover(id, { since });
        expect([status, body]).to.deep.equal([
          202,
          { object: "webhook_recovery", endpoint: id, queued: 3 },
        ]);
        await drain();
        expect(got()).to.deep.equal(ids.slice(1));
      }
    });

    it("recovers only what was not delivered where the caller says so", async () => {
      const id = await endpoint();
      const start = gateway.clock.now / 1_000;
      const delivered = await record(gateway, "milestone.completed", "milestone_1");
      await drain();
      await gateway.request("PATCH", `/v1/webhook-endpoints/${id}`, { status: "disabled" });
      const missed = await record(gateway, "milestone.completed", "milestone_1");
      expect(got()).to.deep.equal([delivered]);
      const { body } = await recover(id, { since: start, undeliveredOnly: true });
      expect(body.queued).to.equal(1);
      expect(await drain()).to.equal(0);
      await gateway.request("PATCH", `/v1/webhook-endpoints/${id}`, { status: "enabled" });
      await drain();
      expect(got()).to.deep.equal([missed]);
    });

    for (const [since, text] of [
      ["tomorrow", "expected Unix seconds, an ISO 8601 time or an event's id"],
      [1_767_225_600_000, "did you mean 1767225600"],
      [4_000_000_000, "expected a time in the past"],
      [1, "expected a time within 30 days"],
    ] as const) {
      it(`refuses to recover since ${since}: ${text}`, async () => {
        const { status, body } = await recover(await endpoint(), { since });
        expect([status, body.error.param]).to.deep.equal([400, "since"]);
        expect(body.error.message).to.contain(text);
      });
    }

    it("pings one endpoint at once, whatever it chose and whatever fails before", async () => {
      const id = await endpoint({ enabledEvents: ["dispute.raised"] });
      await endpoint();
      receiver.answer = (response) => void response.writeHead(500).end();
      await record(gateway, "dispute.raised", "dispute_1");
      await drain();
      got();
      receiver.answer = (response) => void response.writeHead(200).end("pong");
      const { status, body } = await gateway.request("POST", `/v1/webhook-endpoints/${id}/test`);
      expect([status, body.status, body.endpoint]).to.deep.equal([202, "pending", id]);
      expect(await drain()).to.equal(1);
      expect(receiver.received[0]!.event).to.include({ type: "webhook_endpoint.ping" });
      const { body: deliveries } = await gateway.request(
        "GET",
        `/v1/webhook-endpoints/${id}/deliveries?event=${body.event}`,
      );
      expect(deliveries.data).to.have.length(1);
      expect(deliveries.data[0]).to.include({
        id: body.id,
        status: "delivered",
        responseStatus: 200,
        responseBody: "pong",
      });
    });
  });
});
