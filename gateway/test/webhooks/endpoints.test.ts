import { Writable } from "node:stream";
import { expect } from "chai";
import { createLog } from "../../src/observe/log";
import { createSecrets } from "../../src/secrets/process-secrets";
import { createDeliveries } from "../../src/webhooks/deliveries";
import { resealSecrets } from "../../src/webhooks/reseal";
import { newWebhookSecret } from "../../src/webhooks/sign";
import { record } from "../harness/events";
import { isSignedWith, type Receiver, startReceiver } from "../harness/receiver";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;

describe("/v1/webhook-endpoints", () => {
  let gateway: TestGateway;
  beforeEach(async () => (gateway = await startTestGateway()));
  afterEach(() => gateway.close());

  const url = "https://shop.example/webhooks";
  const create = (body: object = {}, headers: Record<string, string> = {}) =>
    gateway.request("POST", "/v1/webhook-endpoints", { url, ...body }, headers);
  const count = async () =>
    (await gateway.context.database.query("SELECT id FROM milepost_gateway.webhook_endpoints"))
      .length;

  it("creates, shows, lists, changes and deletes an endpoint, with the secret at creation only", async () => {
    const created = await create({ description: "shop", metadata: { team: "a" } });
    expect(created.status).to.equal(201);
    const { secret, ...shown } = created.body;
    expect(secret).to.match(SECRET);
    expect(shown).to.deep.equal({
      id: shown.id,
      object: "webhook_endpoint",
      mode: "test",
      url,
      description: "shop",
      enabledEvents: ["*"],
      status: "enabled",
      metadata: { team: "a" },
      created: gateway.clock.now / 1_000,
      failingSince: null,
      disabledReason: null,
      oldSecretExpires: null,
    });
    const path = `/v1/webhook-endpoints/${shown.id}`;
    expect((await gateway.request("GET", path)).body).to.deep.equal(shown);
    const changes = { enabledEvents: ["milestone.*"], description: null, status: "disabled" };
    const changed = await gateway.request("PATCH", path, changes);
    expect(changed.body).to.deep.equal({
      ...shown,
      ...changes,
      disabledReason: "disabled by the account",
    });
    const { body: list } = await gateway.request("GET", "/v1/webhook-endpoints");
    expect(list).to.deep.equal({ object: "list", data: [changed.body], has_more: false });
    const deleted = await gateway.request("DELETE", path);
    expect(deleted.body).to.deep.equal({ id: shown.id, object: "webhook_endpoint", deleted: true });
    expect((await gateway.request("GET", path)).status).to.equal(404);
  });

  it("pages the list without losing an endpoint", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push((await create()).body.id);
    const pages: string[] = [];
    let after = "";
    for (;;) {
      const { body } = await gateway.request("GET", `/v1/webhook-endpoints?limit=2${after}`);
      pages.push(...body.data.map(({ id }: { id: string }) => id));
      if (!body.has_more) break;
      after = `&starting_after=${pages[pages.length - 1]}`;
    }
    expect(pages).to.have.members(ids).and.to.have.length(5);
  });

  for (const [bad, expected] of [
    ["ftp://shop.example/", "an https URL"],
    ["http://shop.example/", "an https URL"],
    ["https://user:password@shop.example/", "a URL without credentials"],
    ["https://10.0.0.1/", "a host with a public address"],
    ["https://[fd00::1]/", "a host with a public address"],
    ["https://[::ffff:10.0.0.1]/", "a host with a public address"],
    ["shop.example", 'a URL such as "https://shop.example/webhooks"'],
  ] as const) {
    it(`refuses the URL ${bad} and says it expected ${expected}`, async () => {
      const { status, body } = await create({ url: bad });
      expect([status, body.error.code, body.error.param]).to.deep.equal([
        400,
        "invalid_request",
        "url",
      ]);
      expect(body.error.message).to.contain(`url: expected ${expected}`);
      expect(await count()).to.equal(0);
    });
  }

  for (const local of ["http://127.0.0.1:3000/", "http://localhost:3000/", "https://[::1]/"]) {
    it(`takes ${local} from a test key of the sandbox and refuses it from a live key`, async () => {
      expect((await create({ url: local })).status).to.equal(201);
      const { status, body } = await create({ url: local }, { "x-api-key": gateway.keys.live });
      expect([status, body.error.param]).to.deep.equal([400, "url"]);
    });
  }

  it("refuses loopback in the test mode of a hosted gateway, whose loopback is the operator's", async () => {
    await gateway.close();
    const hosted = await startTestGateway(undefined, {});
    gateway = hosted;
    const { chains } = hosted.context;
    Object.assign(chains.test!, { sandboxKey: null });
    const { status, body } = await create({ url: "http://127.0.0.1:3000/" });
    expect([status, body.error.param]).to.deep.equal([400, "url"]);
  });

  it("refuses a type that no event has, in a new endpoint and in a change, and names it", async () => {
    const { body: endpoint } = await create();
    const body = { enabledEvents: ["project.milestone.funded", "milestone.complete"] };
    for (const answer of [
      await create(body),
      await gateway.request("PATCH", `/v1/webhook-endpoints/${endpoint.id}`, body),
    ]) {
      const { code, param, message } = answer.body.error;
      expect([answer.status, code, param]).to.deep.equal([
        400,
        "invalid_request",
        "enabledEvents[1]",
      ]);
      expect(message).to.match(
        /^enabledEvents\[1\]: expected one of \d+ values, such as "\*", .*, received "milestone\.complete"$/,
      );
    }
    expect(await count()).to.equal(1);
  });

  for (const enabledEvents of [
    ["madeup.*"],
    ["milestone.*", "madeup.thing"],
    [],
    ["milestone"],
    ["*.completed"],
    ["Milestone.completed"],
    "*",
  ]) {
    it(`refuses enabledEvents ${JSON.stringify(enabledEvents)}`, async () => {
      const { status, body } = await create({ enabledEvents });
      expect(status).to.equal(400);
      expect(body.error.param).to.match(/^enabledEvents/);
      expect(await count()).to.equal(0);
    });
  }

  it("refuses the 21st endpoint of a mode", async () => {
    for (let index = 0; index < 20; index += 1) expect((await create()).status).to.equal(201);
    const { status, body } = await create();
    expect([status, body.error.code]).to.deep.equal([409, "conflict"]);
    expect((await create({}, { "x-api-key": gateway.keys.live })).status).to.equal(201);
  });

  it("answers 404 for another account's or mode's endpoint and changes nothing", async () => {
    const { body: mine } = await create();
    const path = `/v1/webhook-endpoints/${mine.id}`;
    const unknown = (await gateway.request("GET", "/v1/webhook-endpoints/we_0")).body.error.message;
    for (const key of [gateway.keys.other, gateway.keys.live]) {
      for (const [method, suffix, body] of [
        ["GET", "", undefined],
        ["PATCH", "", { status: "disabled" }],
        ["DELETE", "", undefined],
        ["POST", "/roll-secret", undefined],
        ["POST", "/test", undefined],
        ["POST", "/recover", { since: 1 }],
        ["GET", "/deliveries", undefined],
      ] as const) {
        const answer = await gateway.request(method, path + suffix, body, { "x-api-key": key });
        expect(answer.status, `${method} ${suffix}`).to.equal(404);
        expect(answer.body.error.message).to.equal(unknown.replace("we_0", mine.id));
      }
    }
    const { body: now } = await gateway.request("GET", path);
    expect({ ...now, secret: mine.secret }).to.deep.equal(mine);
  });

  it("never has a secret in clear in the database, also where an idempotency key keeps the answer", async () => {
    const { body: first } = await create({}, { "idempotency-key": "k" });
    const replay = await create({}, { "idempotency-key": "k" });
    expect(replay.headers["idempotent-replayed"]).to.equal("true");
    expect(replay.body).to.deep.equal(first);
    const { body: rolled } = await gateway.request(
      "POST",
      `/v1/webhook-endpoints/${first.id}/roll-secret`,
      {},
      { "idempotency-key": "k2" },
    );
    const { database } = gateway.context;
    const tables = await database.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'milepost_gateway'",
    );
    expect(tables.length).to.be.greaterThan(5);
    for (const { name } of tables) {
      const rows = JSON.stringify(await database.query(`SELECT * FROM milepost_gateway.${name}`));
      for (const secret of [first.secret, rolled.secret]) {
        expect(rows, name).not.to.contain(secret.slice("whsec_".length));
      }
    }
  });

  describe("secrets", () => {
    let receiver: Receiver;
    beforeEach(async () => (receiver = await startReceiver()));
    afterEach(() => receiver.close());

    const delivered = async () => {
      receiver.received.length = 0;
      await record(gateway, "milestone.completed", "milestone_1");
      const deliveries = createDeliveries(gateway.context);
      expect(await deliveries.drain()).to.equal(1);
      return receiver.received[0]!;
    };
    const roll = async (id: string, body?: object) =>
      (await gateway.request("POST", `/v1/webhook-endpoints/${id}/roll-secret`, body)).body;

    it("complaint (c): given the secret is rolled then the old ones sign as well until their hours are over", async () => {
      const { body: first } = await create({ url: receiver.url });
      const second = await roll(first.id);
      expect(second.secret).to.match(SECRET).and.not.to.equal(first.secret);
      expect(second.oldSecretExpires).to.equal(gateway.clock.now / 1_000 + 24 * 3_600);
      gateway.clock.now += 12 * 3_600_000;
      const third = await roll(first.id, { overlapHours: 1 });
      const now = await delivered();
      for (const { secret } of [first, second, third]) {
        expect(isSignedWith(secret, now)).to.equal(true);
      }
      gateway.clock.now += 3_600_000;
      const later = await delivered();
      expect(isSignedWith(second.secret, later)).to.equal(false);
      expect(isSignedWith(first.secret, later)).to.equal(true);
      gateway.clock.now += 12 * 3_600_000;
      const latest = await delivered();
      expect(isSignedWith(first.secret, latest)).to.equal(false);
      expect(isSignedWith(third.secret, latest)).to.equal(true);
    });

    it("given a roll without overlap then every old secret is invalid at once", async () => {
      const { body: first } = await create({ url: receiver.url });
      const second = await roll(first.id);
      const third = await roll(first.id, { overlapHours: 0 });
      const received = await delivered();
      expect(isSignedWith(third.secret, received)).to.equal(true);
      expect(isSignedWith(second.secret, received)).to.equal(false);
      expect(isSignedWith(first.secret, received)).to.equal(false);
    });

    it("complaint (c): given a restart with a new master key before the old one then secret and both public keys stay valid", async () => {
      const { body: endpoint } = await create({ url: receiver.url });
      const [old, next] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
      const before = gateway.context.secrets.signingKeys[0]!.publicKey;
      Object.assign(gateway.context, { secrets: createSecrets([next, old]) });
      const received = await delivered();
      expect(isSignedWith(endpoint.secret, received)).to.equal(true);
      const { keys } = (await gateway.request("GET", "/v1/webhook-signing-key")).body;
      expect(keys).to.have.length(2);
      expect(keys[1].publicKey).to.equal(before);
      const signatures = String(received.headers["webhook-signature"]).split(" ");
      expect(signatures.map((text) => text.split(",")[0])).to.deep.equal(["v1", "v1a", "v1a"]);
      await roll(endpoint.id);
      expect(await resealSecrets(gateway.context)).to.equal(1);
      expect(await resealSecrets(gateway.context)).to.equal(0);
      Object.assign(gateway.context, { secrets: createSecrets([next]) });
      expect(isSignedWith(endpoint.secret, await delivered())).to.equal(true);
    });

    it("complaint (c): the sandbox's secret is the same after every start", async () => {
      const webhookSecret = newWebhookSecret(
        createSecrets([Buffer.alloc(32, 1)]).derive("webhook"),
      );
      Object.assign(gateway.context, {
        sandbox: { accountId: gateway.accountId, webhookSecret },
      });
      const { body: endpoint } = await create({ url: receiver.url });
      expect(endpoint.secret).to.equal(webhookSecret);
      expect(isSignedWith(webhookSecret, await delivered())).to.equal(true);
      const other = await create({}, { "x-api-key": gateway.keys.other });
      expect(other.body.secret).to.match(SECRET).and.to.not.equal(webhookSecret);
    });

    it("never logs a secret, whatever fails", async () => {
      const lines: string[] = [];
      const destination = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          lines.push(chunk.toString());
          done();
        },
      });
      const log = createLog({ level: "trace", destination });
      Object.assign(gateway.context, { log });
      const { body: endpoint } = await create({ url: receiver.url });
      receiver.answer = (response) => void response.writeHead(500).end(endpoint.secret);
      await delivered();
      log.error({ err: new Error(`bad ${endpoint.secret}`) }, "failed");
      const secrets = gateway.context.secrets;
      Object.assign(gateway.context, { secrets: createSecrets([Buffer.alloc(32, 9)]) });
      gateway.clock.now += 3_600_000;
      await createDeliveries(gateway.context).drain();
      expect(lines.join("")).to.contain("a webhook was not delivered");
      expect(lines.join("")).to.contain("a webhook cannot be signed");
      expect(receiver.received).to.have.length(1);
      Object.assign(gateway.context, { secrets });
      gateway.clock.now += 60_000;
      await createDeliveries(gateway.context).drain();
      expect(receiver.received).to.have.length(2);
      expect(lines.join("")).not.to.contain(endpoint.secret.slice("whsec_".length));
    });
  });
});
