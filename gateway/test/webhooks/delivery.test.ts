import { createPublicKey, verify } from "node:crypto";
import { expect } from "chai";
import { recordEvent } from "../../src/events/record";
import type { EventType } from "../../src/events/types";
import { createDeliveries, type Deliveries } from "../../src/webhooks/deliveries";
import { isSignedWith, type Received, type Receiver, startReceiver } from "../harness/receiver";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const HOUR = 3_600_000;
const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex");

describe("webhook deliveries", () => {
  let gateway: TestGateway;
  let receiver: Receiver;
  let deliveries: Deliveries;

  beforeEach(async () => {
    gateway = await startTestGateway();
    receiver = await startReceiver();
    deliveries = createDeliveries(gateway.context, { random: () => 0.5 });
  });
  afterEach(async () => {
    await deliveries.stop();
    await receiver.close();
    await gateway.close();
  });

  const endpoint = async (body: object = {}) =>
    (await gateway.request("POST", "/v1/webhook-endpoints", { url: receiver.url, ...body })).body;
  const record = (type: string, objectId: string, mode: "test" | "live" = "test") =>
    gateway.context.database.transaction((transaction) =>
      recordEvent(
        transaction,
        {
          accountId: gateway.accountId,
          mode,
          type: type as EventType,
          objectId,
          data: { id: objectId, object: type.split(".")[0] },
        },
        gateway.context.now(),
      ),
    );
  const listed = async (id: string, query = "") =>
    (await gateway.request("GET", `/v1/webhook-endpoints/${id}/deliveries${query}`)).body.data;
  const sequences = (objectId: string) =>
    receiver.received
      .filter(({ event }) => event.objectId === objectId)
      .map(({ event }) => event.sequence);

  it("sends the whole event with its sequence, signed by v1 and by v1a of the public key", async () => {
    const { id, secret } = await endpoint();
    const eventId = await record("milestone.completed", "milestone_1");
    expect(await deliveries.drain()).to.equal(1);
    const [received] = receiver.received as [Received];
    expect(received.event).to.deep.equal({
      id: eventId,
      object: "event",
      type: "milestone.completed",
      mode: "test",
      objectId: "milestone_1",
      sequence: 1,
      created: gateway.clock.now / 1_000,
      data: { id: "milestone_1", object: "milestone" },
      chain: null,
    });
    expect(received.event).to.deep.equal(
      (await gateway.request("GET", `/v1/events/${eventId}`)).body,
    );
    expect(received.id).to.equal(eventId);
    expect(isSignedWith(secret, received)).to.equal(true);
    const { keys } = (await gateway.request("GET", "/v1/webhook-signing-key")).body;
    const raw = Buffer.from(keys[0].publicKey.replace("whpk_", ""), "base64");
    const key = createPublicKey({
      key: Buffer.concat([ED25519_SPKI, raw]),
      format: "der",
      type: "spki",
    });
    const signature = String(received.headers["webhook-signature"])
      .split(" ")
      .find((part) => part.startsWith("v1a,"))!;
    const signed = `${received.id}.${received.headers["webhook-timestamp"]}.${received.body}`;
    expect(
      verify(null, Buffer.from(signed), key, Buffer.from(signature.slice(4), "base64")),
    ).to.equal(true);
    const [delivery] = await listed(id);
    expect(delivery).to.include({ status: "delivered", attempts: 1, responseStatus: 200 });
    expect(delivery.responseBody).to.equal("ok");
  });

  it("creates deliveries only for enabled endpoints of the account and mode that chose the type", async () => {
    await endpoint({ enabledEvents: ["milestone.*"] });
    await endpoint({ enabledEvents: ["dispute.raised"] });
    await endpoint({ status: "disabled" });
    await gateway.request(
      "POST",
      "/v1/webhook-endpoints",
      { url: receiver.url },
      { "x-api-key": gateway.keys.other },
    );
    await record("milestone.completed", "milestone_1");
    await record("milestone.completed", "milestone_2", "live");
    expect(await deliveries.drain()).to.equal(1);
    expect(sequences("milestone_1")).to.deep.equal([1]);
  });

  it("given the transaction of the change is rolled back then neither event nor delivery exists", async () => {
    await endpoint();
    const { database } = gateway.context;
    await database
      .transaction(async (transaction) => {
        await recordEvent(
          transaction,
          {
            accountId: gateway.accountId,
            mode: "test",
            type: "milestone.completed",
            objectId: "milestone_1",
            data: {},
          },
          gateway.context.now(),
        );
        throw new Error("rolled back");
      })
      .catch(() => undefined);
    expect(await database.query("SELECT id FROM milepost_gateway.events")).to.deep.equal([]);
    expect(await deliveries.drain()).to.equal(0);
  });

  it("complaint (a): given an event fails then later ones of its object wait, and others do not", async () => {
    const { id } = await endpoint();
    for (const object of ["intent_a", "intent_b", "intent_a"]) {
      await record("payment_intent.status_changed", object);
      gateway.clock.now += 1_000;
    }
    receiver.answer = (response, { event }) =>
      void response.writeHead(event.objectId === "intent_a" ? 500 : 200).end();
    await deliveries.drain();
    expect([sequences("intent_a"), sequences("intent_b")]).to.deep.equal([[1], [1]]);
    receiver.answer = (response) => void response.writeHead(200).end();
    gateway.clock.now += 5_000;
    await deliveries.drain();
    expect(sequences("intent_a")).to.deep.equal([1, 1, 2]);
    const ids = receiver.received.filter(
      ({ event }) => event.sequence === 1 && event.objectId === "intent_a",
    );
    expect(ids[0]!.id).to.equal(ids[1]!.id);
    expect(ids[0]!.body).to.equal(ids[1]!.body);
    expect((await listed(id, "?status=pending")).length).to.equal(0);
  });

  it("complaint (g): given a receiver that is down for three days then it is warned about at 24 h and disabled at 72 h, and all events are recovered in order", async () => {
    const notices: string[] = [];
    deliveries = createDeliveries(gateway.context, {
      random: () => 0.5,
      notify: async (_transaction, _owner, { subject }) => void notices.push(subject),
    });
    const { id } = await endpoint();
    const watching = await startReceiver();
    await endpoint({ url: watching.url, enabledEvents: ["webhook_endpoint.*"] });
    const url = receiver.url;
    await receiver.close();
    const start = gateway.clock.now;
    const missed: string[] = [];
    const steps: [number, string][] = [];
    for (let hour = 0; hour <= 74; hour += 1) {
      if (hour % 24 === 0) {
        missed.push(await record("milestone.completed", `milestone_${hour}`));
        missed.push(await record("payment_intent.status_changed", "intent_1"));
      }
      await deliveries.drain();
      for (const { event } of watching.received.splice(0)) {
        steps.push([(gateway.clock.now - start) / HOUR, event.type]);
        expect(event.data.id).to.equal(id);
        expect(event.data.notice.text).to.contain(url);
      }
      gateway.clock.now += HOUR;
    }
    expect(steps.map(([, type]) => type)).to.deep.equal([
      "webhook_endpoint.failing",
      "webhook_endpoint.disabled",
    ]);
    expect(steps[0]![0]).to.be.within(24, 28);
    expect(steps[1]![0]).to.be.within(72, 76);
    expect(notices).to.have.length(2);
    const { body: shown } = await gateway.request("GET", `/v1/webhook-endpoints/${id}`);
    expect(shown.status).to.equal("disabled");
    expect(shown.disabledReason).to.contain("connection refused");
    await watching.close();

    receiver = await startReceiver();
    await gateway.request("PATCH", `/v1/webhook-endpoints/${id}`, {
      status: "enabled",
      url: receiver.url,
    });
    const recovery = await gateway.request("POST", `/v1/webhook-endpoints/${id}/recover`, {
      since: start / 1_000,
    });
    expect(recovery.status).to.equal(202);
    await deliveries.drain();
    const got = receiver.received.map(({ id: eventId }) => eventId);
    expect(got).to.include.members(missed);
    expect(new Set(got).size).to.equal(got.length);
    const ofOne = receiver.received.filter(({ event }) => event.objectId === "intent_1");
    expect(ofOne.map(({ event }) => event.sequence)).to.deep.equal([1, 2, 3, 4]);
  });
});
