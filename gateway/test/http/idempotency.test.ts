import { Type } from "@sinclair/typebox";
import { expect } from "chai";
import { GatewayError } from "../../src/errors/gateway-error";
import type { Routes } from "../../src/http/app";
import { write } from "../../src/http/write";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

/** Counts its effects in the table of accounts, and fails on demand. */
const thingRoutes: Routes = (context) => (app) => {
  const schema = {
    body: Type.Object(
      { name: Type.String(), fail: Type.Optional(Type.Integer()) },
      { additionalProperties: false },
    ),
  };
  app.post(
    "/things",
    { config: { scope: "intents:write" }, schema },
    write(context, async (transaction, request) => {
      const { name, fail } = request.body as { name: string; fail?: number };
      await transaction.query(
        "INSERT INTO milepost_gateway.accounts (id, name, created_at) VALUES ('thing_' || gen_random_uuid(), $1, now())",
        [name],
      );
      if (fail === 400) throw new GatewayError("invalid_status", "refused");
      if (fail === 500) throw new Error("broken");
      return { status: 201, body: { name } };
    }),
  );
  return Promise.resolve();
};

describe("Idempotency-Key", () => {
  let gateway: TestGateway;
  const things = async () =>
    (
      await gateway.context.database.query(
        "SELECT 1 FROM milepost_gateway.accounts WHERE id LIKE 'thing%'",
      )
    ).length;
  const post = (body: object, key?: string, apiKey = gateway.keys.test) =>
    gateway.request("POST", "/v1/things", body, {
      "x-api-key": apiKey,
      ...(key === undefined ? {} : { "idempotency-key": key }),
    });

  beforeEach(async () => (gateway = await startTestGateway([thingRoutes])));
  afterEach(() => gateway.close());

  it("given 100 equal requests at once then one effect, and every other answer is a replay or says in progress", async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => post({ name: "a" }, "k")));
    expect(await things()).to.equal(1);
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).to.be.greaterThan(0);
    for (const { body } of done) expect(body).to.deep.equal({ name: "a" });
    for (const { status, body, headers } of answers) {
      if (status === 201) continue;
      expect([status, body.error.code, headers["retry-after"]]).to.deep.equal([
        409,
        "idempotency_in_progress",
        "1",
      ]);
    }
  });

  it("given the same request later then the same answer, marked as a replay, under both prefixes", async () => {
    await post({ name: "a" }, "k");
    const replay = await post({ name: "a" }, "k");
    expect([replay.status, replay.body, replay.headers["idempotent-replayed"]]).to.deep.equal([
      201,
      { name: "a" },
      "true",
    ]);
    const other = await gateway.request(
      "POST",
      "/api/v1/things",
      { name: "a" },
      { "idempotency-key": "k" },
    );
    expect(other.headers["idempotent-replayed"]).to.equal("true");
    expect(await things()).to.equal(1);
  });

  it("given another body with the same key then idempotency_key_reused and no effect", async () => {
    await post({ name: "a" }, "k");
    const { status, body } = await post({ name: "b" }, "k");
    expect([status, body.error.code]).to.deep.equal([422, "idempotency_key_reused"]);
    expect(await things()).to.equal(1);
  });

  it("given the same key of another account then a request of its own", async () => {
    await post({ name: "a" }, "k");
    const { status, headers } = await post({ name: "a" }, "k", gateway.keys.other);
    expect([status, headers["idempotent-replayed"]]).to.deep.equal([201, undefined]);
    expect(await things()).to.equal(2);
  });

  it("given a refusal then it is kept and nothing of its work stays", async () => {
    const first = await post({ name: "a", fail: 400 }, "k");
    const second = await post({ name: "a", fail: 400 }, "k");
    expect([first.status, second.status, second.headers["idempotent-replayed"]]).to.deep.equal([
      400,
      400,
      "true",
    ]);
    expect(second.body).to.deep.equal(first.body);
    expect(await things()).to.equal(0);
  });

  it("given a failure of ours then it is not kept and a repetition runs", async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const { status, body, headers } = await post({ name: "a", fail: 500 }, "k");
      expect([status, body.error.code]).to.deep.equal([500, "internal_error"]);
      expect(headers["idempotent-replayed"]).to.equal(undefined);
    }
    expect(await things()).to.equal(0);
  });

  it("given a claim of a process that died then a repetition runs after a minute, not before", async () => {
    const { context, clock, accountId } = gateway;
    await post({ name: "a" }, "k");
    await context.database.query(
      "UPDATE milepost_gateway.idempotency_keys SET status = NULL, body = NULL WHERE account_id = $1",
      [accountId],
    );
    expect((await post({ name: "a" }, "k")).body.error.code).to.equal("idempotency_in_progress");
    clock.now += 61_000;
    expect((await post({ name: "a" }, "k")).status).to.equal(201);
  });
});
