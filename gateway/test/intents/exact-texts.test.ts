import { expect } from "chai";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const BODY = {
  amount: "1000.00",
  currency: "USDC",
  type: "DELIVERY_VS_PAYMENT",
  settlementMethod: "ON_CHAIN",
  settlementDestination: "payee",
  metadata: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
};
const TIME_LOCKED = { releaseType: "TIME_LOCKED", timeLockUntil: "1735689600" };

describe("exact texts and statuses of Finternet's API", () => {
  let gateway: TestGateway;
  before(async () => (gateway = await startTestGateway()));
  after(() => gateway.close());
  beforeEach(() => (gateway.clock.now += 1_000));

  const post = (url: string, body?: unknown) => gateway.request("POST", url, body);
  const create = async (changes: object = {}, drafts: readonly string[] = []) => {
    const { body } = await post("/v1/payment-intents", { ...BODY, ...changes });
    const path = `/v1/payment-intents/${body.id}`;
    const ids: string[] = [];
    for (const [milestoneIndex, amount] of drafts.entries()) {
      const created = await post(`${path}/escrow/milestones`, { milestoneIndex, amount });
      ids.push(created.body.id);
    }
    return { path, ids, body };
  };
  const everything = async (path: string) => [
    (await gateway.request("GET", path)).body,
    (await gateway.request("GET", `${path}/escrow`)).body,
    (await gateway.context.database.query("SELECT id FROM milepost_gateway.events")).length,
    gateway.outbox.jobs.length,
  ];
  const refused = async (
    path: string,
    url: string,
    body: unknown,
    [status, code, message, param]: [number, string, string, string?],
  ) => {
    const before = await everything(path);
    const answer = await post(url, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(status);
    const { error } = answer.body;
    expect([error.code, error.message]).to.deep.equal([code, message]);
    expect([error.type, error.param]).to.deep.equal(["invalid_request_error", param]);
    expect(error.docUrl).to.contain(`/docs/errors#${code}`);
    expect(await everything(path)).to.deep.equal(before);
  };

  describe("completing", () => {
    const by = { completedBy: "contractor" };

    it("given the second milestone first then the error is 'Previous milestone (index 0) must be completed first'", async () => {
      const { path, ids } = await create({}, ["300.00", "700.00"]);
      const message = "Previous milestone (index 0) must be completed first";
      const url = `${path}/escrow/milestones/${ids[1]!}/complete`;
      await refused(path, url, by, [400, "invalid_request", message]);
    });

    it("given less than the amount then the answer is 409 schedule_incomplete with '300.00 of 1000.00'", async () => {
      const { path, ids } = await create({}, ["300.00"]);
      const message = "The milestones sum to 300.00 of 1000.00. Create the missing ones first.";
      const url = `${path}/escrow/milestones/${ids[0]!}/complete`;
      await refused(path, url, by, [409, "schedule_incomplete", message]);
    });

    it("given completedBy of 129 characters then it is refused, naming it and the limit", async () => {
      const { path, ids } = await create({}, ["1000.00"]);
      const url = `${path}/escrow/milestones/${ids[0]!}/complete`;
      const before = await everything(path);
      const long = await post(url, { completedBy: "x".repeat(129) });
      expect([long.status, long.body.error.code, long.body.error.param]).to.deep.equal([
        400,
        "invalid_request",
        "completedBy",
      ]);
      expect(long.body.error.message).to.contain("128");
      expect(await everything(path)).to.deep.equal(before);
    });

    it("given the labels submittedBy and raisedBy of 129 characters then they are refused as well", async () => {
      const { path } = await create();
      const hash = `0x${"ab".repeat(32)}`;
      const proof = { proofHash: hash, submittedBy: "x".repeat(129) };
      const first = await post(`${path}/escrow/delivery-proof`, proof);
      expect([first.status, first.body.error.param]).to.deep.equal([400, "submittedBy"]);
      const dispute = { reason: "late", raisedBy: "x".repeat(129) };
      const second = await post(`${path}/escrow/dispute`, dispute);
      expect([second.status, second.body.error.param]).to.deep.equal([400, "raisedBy"]);
    });

    it("given an unknown milestone, or one of another intent, then the answer is 404 with its id", async () => {
      const { path } = await create({}, ["1000.00"]);
      const other = await create({}, ["1000.00"]);
      for (const id of ["milestone_unknown", other.ids[0]!]) {
        const url = `${path}/escrow/milestones/${id}/complete`;
        await refused(path, url, by, [404, "resource_missing", `No such milestone: ${id}`]);
      }
    });
  });

  describe("milestones", () => {
    it("given an index that is used then the answer is 400 with Finternet's text (FB answered 500)", async () => {
      const { path } = await create({}, ["300.00"]);
      const body = { milestoneIndex: 0, amount: "300.00" };
      const message = "Milestone with index 0 already exists";
      const url = `${path}/escrow/milestones`;
      await refused(path, url, body, [400, "invalid_request", message, "milestoneIndex"]);
    });

    it("given a sum above the amount then the answer is 400 with Finternet's text", async () => {
      const { path } = await create({}, ["300.00"]);
      const body = { milestoneIndex: 1, amount: "700.000001" };
      const message = "Total milestone amounts exceed escrow order amount";
      const url = `${path}/escrow/milestones`;
      await refused(path, url, body, [400, "invalid_request", message, "amount"]);
    });

    it("given a percentage that is not the amount's then percentage_mismatch", async () => {
      const { path } = await create();
      const body = { milestoneIndex: 0, amount: "333.00", percentage: 33.4 };
      const message =
        "percentage: expected 33.30 (the amount counts), received 33.4. Correct it, or leave it out.";
      const url = `${path}/escrow/milestones`;
      await refused(path, url, body, [400, "percentage_mismatch", message, "percentage"]);
    });

    it("given more digits than the currency has then it is refused and not rounded", async () => {
      const { path } = await create();
      const body = { milestoneIndex: 0, amount: "0.0000001" };
      const before = await everything(path);
      const answer = await post(`${path}/escrow/milestones`, body);
      expect([answer.status, answer.body.error.param]).to.deep.equal([400, "amount"]);
      expect(await everything(path)).to.deep.equal(before);
    });
  });

  describe("creating", () => {
    const creating = async (changes: object) => {
      const { status, body } = await post("/v1/payment-intents", { ...BODY, ...changes });
      return [status, body.error?.code, body.error?.param, body.error?.message as string] as const;
    };

    it("given milliseconds in either field then the error suggests the seconds", async () => {
      const inside = await creating({
        metadata: { releaseType: "TIME_LOCKED", timeLockUntil: "1735689600000" },
      });
      expect(inside).to.deep.equal([
        400,
        "invalid_request",
        "metadata.timeLockUntil",
        "metadata.timeLockUntil: 1735689600000 looks like milliseconds: did you mean 1735689600?",
      ]);
      const top = await creating({
        metadata: {},
        releaseType: "TIME_LOCKED",
        timeLockUntil: 1_735_689_600_000,
      });
      expect([top[2], top[3].includes("did you mean 1735689600?")]).to.deep.equal([
        "timeLockUntil",
        true,
      ]);
    });

    it("given spec 002's 1735689600, which is past, then it is accepted with a warning", async () => {
      const { body } = await create({ metadata: TIME_LOCKED });
      expect(body.data.timeLockUntil).to.equal("1735689600");
      expect(body.data.warnings).to.deep.equal([
        "timeLockUntil 1735689600 is not in the future: the money is released as soon as the order is SHIPPED or DELIVERED.",
      ]);
    });

    it("given zero, an unknown currency or an off-ramp to a bank then the error names the parameter, what was expected and what was received", async () => {
      expect(await creating({ amount: "0" })).to.deep.equal([
        400,
        "invalid_request",
        "amount",
        'amount: expected an amount above zero, received "0"',
      ]);
      const currency = await creating({ currency: "EUR" });
      expect(currency.slice(0, 3)).to.deep.equal([400, "invalid_request", "currency"]);
      expect(currency[3]).to.contain("USDC").and.to.contain("EUR");
      expect((await creating({ settlementMethod: "OFF_RAMP_TO_RTP" }))[1]).to.equal(
        "settlement_method_unavailable",
      );
    });
  });

  describe("keys and bodies", () => {
    it("given the key as X-API-Key, as a bearer token, or as Basic's user name then the answer is the same", async () => {
      const { path, body } = await create();
      const { test: key } = gateway.keys;
      const basic = Buffer.from(`${key}:`).toString("base64");
      for (const headers of [
        { "x-api-key": key },
        { authorization: `Bearer ${key}` },
        { authorization: `Basic ${basic}` },
      ]) {
        const { statusCode, json } = await gateway.app.inject({ url: path, headers });
        expect([statusCode, (json as () => { id: string })().id]).to.deep.equal([200, body.id]);
      }
      const without = await gateway.app.inject({ url: path });
      expect([without.statusCode, without.json().error.code]).to.deep.equal([
        401,
        "authentication_required",
      ]);
    });

    it("given JSON without a Content-Type, as spec 002's confirm sends it, then it is read", async () => {
      const { path } = await create({}, ["1000.00"]);
      const { statusCode, body } = await gateway.app.inject({
        method: "POST",
        url: `${path}/confirm`,
        headers: { "x-api-key": gateway.keys.test },
        payload: '{"signature":"0x...","payerAddress":"0x..."}',
      });
      expect([statusCode, JSON.parse(body).status]).to.deep.equal([200, "PROCESSING"]);
      expect(JSON.parse(body).data.signature).to.equal("0x...");
    });

    it("given a POST without a body where none is needed then it is not refused (fastify#297)", async () => {
      const { path } = await create();
      const { statusCode } = await gateway.app.inject({
        method: "POST",
        url: `${path}/cancel`,
        headers: { "x-api-key": gateway.keys.test, "content-type": "application/json" },
      });
      expect(statusCode).to.equal(200);
    });
  });

  describe("statuses", () => {
    it("given an intent that is on its way then its schedule is locked and it cannot be canceled", async () => {
      const { path, ids } = await create({}, ["1000.00"]);
      await post(`${path}/confirm`, { signature: "0x1", payerAddress: "0x2" });
      const locked =
        "The milestones are fixed on chain: none can be added, changed or removed any more.";
      const add = { milestoneIndex: 1, amount: "1.00" };
      const url = `${path}/escrow/milestones`;
      await refused(path, url, add, [409, "schedule_locked", locked]);
      const removed = await gateway.request("DELETE", `${url}/${ids[0]!}`);
      expect([removed.status, removed.body.error.code]).to.deep.equal([409, "schedule_locked"]);
      const canceled = await post(`${path}/cancel`);
      expect([canceled.status, canceled.body.error.code]).to.deep.equal([400, "invalid_status"]);
      expect(canceled.body.error.message).to.contain(
        "Cannot cancel payment intent in status: PROCESSING.",
      );
      const again = await post(`${path}/confirm`, { signature: "0x1", payerAddress: "0x2" });
      expect([again.status, again.body.status]).to.deep.equal([200, "PROCESSING"]);
      const other = { signature: "0x3", payerAddress: "0x2" };
      const message = "Cannot confirm payment intent in status: PROCESSING";
      await refused(path, `${path}/confirm`, other, [400, "invalid_state_transition", message]);
    });

    it("given an order whose money is not locked then a status, a proof and a dispute are refused", async () => {
      const { path } = await create({ metadata: TIME_LOCKED });
      const before = await everything(path);
      const moved = await gateway.request("PATCH", `${path}/escrow`, { orderStatus: "SHIPPED" });
      expect([moved.status, moved.body.error.code, moved.body.error.message]).to.deep.equal([
        400,
        "invalid_status",
        "Cannot set the order to SHIPPED: order status is PENDING. Confirm the payment first; the order is CREATED once its money is locked.",
      ]);
      expect(await everything(path)).to.deep.equal(before);
      const proof = { proofHash: "ab".repeat(32), submittedBy: "courier" };
      const text =
        "Cannot submit delivery proof: order status is PENDING, must be CREATED, SHIPPED or DELIVERED";
      await refused(path, `${path}/escrow/delivery-proof`, proof, [400, "invalid_status", text]);
      const dispute = { reason: "late", raisedBy: "buyer" };
      const why = "Cannot raise dispute: the payment is not in escrow";
      await refused(path, `${path}/escrow/dispute`, dispute, [400, "invalid_status", why]);
    });

    it("given a consented payment then it has no escrow order, and the text says so", async () => {
      const { body } = await post("/v1/payment-intents", {
        ...BODY,
        type: "CONSENTED_PULL",
        metadata: {},
      });
      const { status, body: answer } = await gateway.request(
        "GET",
        `/v1/payment-intents/${body.id}/escrow`,
      );
      expect([status, answer.error.message]).to.deep.equal([
        400,
        "Payment intent is not of type DELIVERY_VS_PAYMENT: it has no escrow order.",
      ]);
    });
  });
});
