import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const BODY = {
  amount: "1000.00",
  currency: "USDC",
  type: "DELIVERY_VS_PAYMENT",
  settlementMethod: "ON_CHAIN",
  settlementDestination: "wallet_1",
  description: "Project PROJ-123",
  metadata: { projectId: "PROJ-123", releaseType: "MILESTONE_LOCKED", autoRelease: true },
};

describe("payment intents", () => {
  let gateway: TestGateway;
  const post = (url: string, body?: unknown, key = gateway.keys.test) =>
    gateway.request("POST", url, body, { "x-api-key": key });
  const get = (url: string, key = gateway.keys.test) =>
    gateway.request("GET", url, undefined, { "x-api-key": key });
  const create = async (changes: object = {}) =>
    (await post("/v1/payment-intents", { ...BODY, ...changes })).body;
  const eventsOf = (id: string) =>
    gateway.context.database.query<{ type: string; data: unknown }>(
      "SELECT type, data FROM milepost_gateway.events WHERE object_id = $1 ORDER BY sequence",
      [id],
    );

  const everything = async () => ({
    intents: (await get("/v1/payment-intents?limit=100")).body.data,
    events: await gateway.context.database.query("SELECT id FROM milepost_gateway.events"),
  });

  before(async () => (gateway = await startTestGateway()));
  after(() => gateway.close());
  beforeEach(() => (gateway.clock.now += 1_000));

  it("given a new intent then the envelope with the whole object, INITIATED, and an event with the same", async () => {
    const { status, body } = await post("/v1/payment-intents", BODY);
    expect(status).to.equal(201);
    expect([body.object, body.status, body.metadata]).to.deep.equal([
      "payment_intent",
      "INITIATED",
      BODY.metadata,
    ]);
    expect(body.id).to.match(/^intent_[0-9a-z]{26}$/);
    expect(body.data).to.include({
      id: body.id,
      status: "INITIATED",
      amount: "1000.00",
      currency: "USDC",
      type: "DELIVERY_VS_PAYMENT",
      description: "Project PROJ-123",
      releaseType: "MILESTONE_LOCKED",
      autoRelease: true,
      deliveryPeriod: 2_592_000,
      settlementStatus: null,
      timeLockUntil: null,
    });
    expect(body.created).to.equal(Math.floor(gateway.clock.now / 1000));
    expect((await get(`/v1/payment-intents/${body.id}`)).body).to.deep.equal(body);
    expect((await get(`/api/v1/payment-intents/${body.id}`)).body).to.deep.equal(body);
    const { client_secret: secret, ...data } = body.data;
    const paymentUrl = `${gateway.context.publicUrl}/pay/${body.id}`;
    expect(data.paymentUrl).to.equal(`${paymentUrl}#${secret}`);
    // No event has the secret.
    const told = { ...body, data: { ...data, paymentUrl } };
    expect(await eventsOf(body.id)).to.deep.equal([{ type: "payment_intent.created", data: told }]);
  });

  it("given another account's key, a live key or an unknown id then 404 with one text", async () => {
    const { id } = await create();
    const unknown = `intent_${"0".repeat(26)}`;
    const answers = await Promise.all([
      get(`/v1/payment-intents/${id}`, gateway.keys.other),
      get(`/v1/payment-intents/${id}`, gateway.keys.live),
      get(`/v1/payment-intents/${unknown}`),
    ]);
    for (const { status, body } of answers) {
      expect([status, body.error.code]).to.deep.equal([404, "resource_missing"]);
      expect(body.error.message.replace(unknown, id)).to.equal(`No such payment intent: ${id}`);
    }
  });

  it("given intent_xxx then the account's newest intent, in test mode only", async () => {
    await create();
    gateway.clock.now += 1;
    const { id } = await create();
    expect((await get("/v1/payment-intents/intent_xxx")).body.id).to.equal(id);
    expect((await get("/v1/payment-intents/intent_xxx", gateway.keys.other)).status).to.equal(404);
    expect((await get("/v1/payment-intents/intent_xxx", gateway.keys.live)).status).to.equal(404);
  });

  it("given many intents then pages by key lose and repeat none", async () => {
    const ids: string[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      ids.unshift((await create()).id);
      gateway.clock.now += 1;
    }
    const first = (await get("/v1/payment-intents?limit=2")).body;
    await create();
    const second = (await get(`/v1/payment-intents?limit=3&starting_after=${first.data[1].id}`))
      .body;
    expect([...first.data, ...second.data].map(({ id }) => id)).to.deep.equal(ids);
    expect([first.object, first.has_more, second.has_more]).to.deep.equal(["list", true, true]);
    expect((await get("/v1/payment-intents", gateway.keys.other)).body.data).to.deep.equal([]);
  });

  it("given the public page then no metadata and no bank account", async () => {
    const { id } = await create({
      settlementDestination: "account 4711",
      deliveryOracle: "oracle@example.com",
    });
    const { status, body } = await gateway.request("GET", `/v1/payment-intents/public/${id}`);
    expect(JSON.stringify(body)).to.not.contain("@example.com").and.to.not.contain("_secret_");
    expect(status).to.equal(200);
    expect(body.data).to.include({
      id,
      amount: "1000.00",
      metadata: null,
      settlementDestination: null,
    });
    expect(JSON.stringify(body)).to.not.contain("4711").and.to.not.contain("projectId");
  });

  it("given a time lock in the past then it is taken, with a warning", async () => {
    const timeLock = (until: number) => ({
      metadata: { releaseType: "TIME_LOCKED", timeLockUntil: String(until) },
    });
    const now = Math.floor(gateway.clock.now / 1000);
    const past = await create(timeLock(now));
    expect(past.data.warnings).to.have.length(1);
    expect(past.data.warnings[0]).to.contain("not in the future");
    expect((await create(timeLock(now + 1))).data.warnings).to.deep.equal([]);
  });

  const refused: [string, object, string, string][] = [
    ["a number for an amount", { amount: 1000 }, "amount", "invalid_request"],
    ["more decimals than the mint has", { amount: "1.0000001" }, "amount", "invalid_request"],
    ["an amount of zero", { amount: "0.00" }, "amount", "invalid_request"],
    ["an unknown currency", { currency: "EUR" }, "currency", "invalid_request"],
    ["an unknown parameter", { amuont: "1" }, "amuont", "invalid_request"],
    [
      "a bank",
      { settlementMethod: "OFF_RAMP_TO_BANK" },
      "settlementMethod",
      "settlement_method_unavailable",
    ],
    [
      "milliseconds",
      { metadata: { releaseType: "TIME_LOCKED", timeLockUntil: "1735689600000" } },
      "metadata.timeLockUntil",
      "invalid_request",
    ],
  ];
  for (const [what, changes, param, code] of refused) {
    it(`given ${what} then 400 names ${param} and nothing is written`, async () => {
      const before = await everything();
      const { status, body } = await post("/v1/payment-intents", { ...BODY, ...changes });
      expect([status, body.error.code, body.error.param]).to.deep.equal([400, code, param]);
      expect(await everything()).to.deep.equal(before);
    });
  }

  it("given a live key then an off-ramp is refused: no bank is connected", async () => {
    const { status, body } = await post(
      "/v1/payment-intents",
      { ...BODY, settlementMethod: "OFF_RAMP_MOCK" },
      gateway.keys.live,
    );
    expect([status, body.error.code]).to.deep.equal([400, "settlement_method_unavailable"]);
  });

  it("given a live key then a confirmation without a wallet is refused: the payer has to sign", async () => {
    const [payee, mediator] = [Keypair.generate(), Keypair.generate()];
    const { body } = await post(
      "/v1/payment-intents",
      {
        ...BODY,
        settlementMethod: "ON_CHAIN",
        settlementDestination: payee.publicKey.toBase58(),
        mediatorAddress: mediator.publicKey.toBase58(),
      },
      gateway.keys.live,
    );
    const answer = await post(`/v1/payment-intents/${body.id}/confirm`, {}, gateway.keys.live);
    const { code, param } = answer.body.error;
    expect([answer.status, code, param]).to.deep.equal([400, "invalid_request", "payerAddress"]);
  });

  it("given a cancellation before money is in then CANCELED, once, with its event", async () => {
    const { id } = await create();
    const canceled = await post(`/v1/payment-intents/${id}/cancel`);
    expect([canceled.status, canceled.body.status]).to.deep.equal([200, "CANCELED"]);
    expect((await post(`/v1/payment-intents/${id}/cancel`)).body).to.deep.equal(canceled.body);
    expect((await eventsOf(id)).map(({ type }) => type)).to.deep.equal([
      "payment_intent.created",
      "payment_intent.status_changed",
    ]);
    expect(
      (await post(`/v1/payment-intents/${id}/cancel`, undefined, gateway.keys.other)).status,
    ).to.equal(404);
  });
});

describe("drafts of milestones", () => {
  let gateway: TestGateway;
  let path: string;
  const add = (body: object, key = gateway.keys.test) =>
    gateway.request("POST", path, body, { "x-api-key": key });
  const list = async () => (await gateway.request("GET", path)).body.data;

  before(async () => (gateway = await startTestGateway()));
  after(() => gateway.close());
  beforeEach(async () => {
    const { body } = await gateway.request("POST", "/v1/payment-intents", BODY);
    path = `/v1/payment-intents/${body.id}/escrow/milestones`;
  });

  it("given spec 000's three milestones then each in its envelope, PENDING, listed by index", async () => {
    const printed = [
      { milestoneIndex: 1, amount: "500.00", description: "Core features - 50%", percentage: 50 },
      { milestoneIndex: 0, amount: "300.00", description: "Project kickoff - 30%", percentage: 30 },
      { milestoneIndex: 2, amount: "200.00", description: "Final delivery - 20%", percentage: 20 },
    ];
    for (const body of printed) {
      const { status, body: created } = await add(body);
      expect([status, created.object, created.status]).to.deep.equal([201, "milestone", "PENDING"]);
      expect(created.data).to.include({ ...body, id: created.id, status: "PENDING" });
      expect(created.id).to.match(/^milestone_/);
    }
    expect(
      (await list()).map(({ data }: { data: { milestoneIndex: number } }) => data.milestoneIndex),
    ).to.deep.equal([0, 1, 2]);
  });

  const refused: [string, object, string][] = [
    [
      "the same index again",
      { milestoneIndex: 0, amount: "1.00" },
      "Milestone with index 0 already exists",
    ],
    [
      "more than the amount",
      { milestoneIndex: 1, amount: "700.01" },
      "Total milestone amounts exceed escrow order amount",
    ],
    [
      "far more than the amount",
      { milestoneIndex: 1, amount: "7000.01", percentage: 50 },
      "Total milestone amounts exceed escrow order amount",
    ],
    [
      "a percentage that is not the amount's",
      { milestoneIndex: 1, amount: "333.00", percentage: 33.4 },
      "percentage: expected 33.30",
    ],
    ["neither amount nor percentage", { milestoneIndex: 1 }, "amount: required"],
    ["an index above 19", { milestoneIndex: 20, amount: "1.00" }, "milestoneIndex"],
    ["a negative index", { milestoneIndex: -1, amount: "1.00" }, "milestoneIndex"],
  ];
  for (const [what, body, text] of refused) {
    it(`given ${what} then 400 and nothing is written`, async () => {
      await add({ milestoneIndex: 0, amount: "300.00" });
      const before = await list();
      const answer = await add(body);
      expect(answer.status).to.equal(400);
      expect(answer.body.error.message).to.contain(text);
      expect(await list()).to.deep.equal(before);
    });
  }

  it("given percentage 33.3 then it is taken (FB answered 500)", async () => {
    const { status, body } = await add({ milestoneIndex: 0, amount: "333.00", percentage: 33.3 });
    expect([status, body.data.percentage]).to.deep.equal([201, 33.3]);
  });

  it("given another account's key then 404 and no milestone", async () => {
    const { status } = await add({ milestoneIndex: 0, amount: "1.00" }, gateway.keys.other);
    expect(status).to.equal(404);
    expect(await list()).to.deep.equal([]);
  });

  it("given an order of another release type then Finternet's text", async () => {
    const { body } = await gateway.request("POST", "/v1/payment-intents", {
      ...BODY,
      metadata: {},
    });
    const answer = await gateway.request(
      "POST",
      `/v1/payment-intents/${body.id}/escrow/milestones`,
      {
        milestoneIndex: 0,
        amount: "1.00",
      },
    );
    expect([answer.status, answer.body.error.message]).to.deep.equal([
      400,
      "Cannot create milestone for order with release type: DELIVERY_PROOF",
    ]);
  });

  it("given a deleted draft then its index and amount are free again", async () => {
    const { body } = await add({ milestoneIndex: 0, amount: "1000.00" });
    const removed = await gateway.request("DELETE", `${path}/${body.id}`);
    expect([removed.status, removed.body]).to.deep.equal([
      200,
      { id: body.id, object: "milestone", deleted: true },
    ]);
    expect((await add({ milestoneIndex: 0, amount: "300.00" })).status).to.equal(201);
    expect((await gateway.request("DELETE", `${path}/${body.id}`)).status).to.equal(404);
  });

  it("given a canceled intent then no draft is taken", async () => {
    await gateway.request("POST", path.replace("escrow/milestones", "cancel"));
    const { status, body } = await add({ milestoneIndex: 0, amount: "1.00" });
    expect([status, body.error.code]).to.deep.equal([400, "invalid_status"]);
  });
});
