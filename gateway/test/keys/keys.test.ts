import { expect } from "chai";
import type { Scope } from "../../src/caller/caller";
import { createAccount, createKey } from "../../src/keys/store";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const HOUR_MS = 3_600_000;

describe("API keys", () => {
  let gateway: TestGateway;
  before(async () => (gateway = await startTestGateway()));
  after(() => gateway.close());

  const as = (key: string) => ({ "x-api-key": key });
  const restricted = async (scopes: readonly Scope[], mode: "test" | "live" = "test") =>
    createKey(
      gateway.context.database,
      { accountId: gateway.accountId, mode, name: "restricted", scopes },
      gateway.context.now(),
    );
  const countOf = async () =>
    (await gateway.context.database.query("SELECT 1 FROM milepost_gateway.api_keys")).length;
  /** Status of a request with this key. */
  const statusWith = async (key: string) =>
    (await gateway.request("GET", "/v1/api-keys", undefined, as(key))).status;
  const textOfDatabase = async () =>
    JSON.stringify(
      await Promise.all(
        ["api_keys", "idempotency_keys", "audit_log", "events"].map((table) =>
          gateway.context.database.query(`SELECT * FROM milepost_gateway.${table}`),
        ),
      ),
    );

  describe("creating", () => {
    it("answers the text once, in the mode of the calling key, and the key works", async () => {
      const { status, body } = await gateway.request("POST", "/v1/api-keys", { name: "Orders" });
      expect(status).to.equal(201);
      expect(body.key).to.match(/^sk_test_[0-9a-f]{80}$/);
      expect(body).to.include({ object: "api_key", name: "Orders", mode: "test", scopes: null });
      expect(body.lastFour).to.equal(body.key.slice(-4));
      expect(await statusWith(body.key)).to.equal(200);
      const shown = await gateway.request("GET", `/v1/api-keys/${body.id}`);
      expect([shown.status, shown.body.key]).to.deep.equal([200, undefined]);
      const live = await gateway.request(
        "POST",
        "/v1/api-keys",
        { name: "L" },
        as(gateway.keys.live),
      );
      expect(live.body.key).to.match(/^sk_live_/);
    });

    it("given an Idempotency-Key then one key, a replay without its text, and no text in the database", async () => {
      const before = await countOf();
      const post = () =>
        gateway.request("POST", "/v1/api-keys", { name: "Orders" }, { "idempotency-key": "k" });
      const [first, second] = [await post(), await post()];
      expect(await countOf()).to.equal(before + 1);
      expect(second.headers["idempotent-replayed"]).to.equal("true");
      expect(second.body).to.deep.equal({ ...first.body, key: null });
      expect(await textOfDatabase()).not.to.include(first.body.key.slice(-64));
    });

    it("given scopes then a restricted key that reaches only their routes", async () => {
      const { body } = await gateway.request("POST", "/v1/api-keys", {
        name: "Reader",
        scopes: ["events:read", "intents:read"],
      });
      expect(body.key).to.match(/^rk_test_/);
      expect(body.scopes).to.deep.equal(["intents:read", "events:read"]);
      const refused = await gateway.request("GET", "/v1/api-keys", undefined, as(body.key));
      expect([refused.status, refused.body.error.code]).to.deep.equal([403, "forbidden"]);
      expect(refused.body.error.message).to.equal("This key lacks the scope keys:write.");
    });

    it("given a restricted caller then it gives its own scopes or fewer, and no others", async () => {
      const { text } = await restricted(["keys:write", "intents:read"]);
      const same = await gateway.request("POST", "/v1/api-keys", { name: "a" }, as(text));
      expect(same.body.scopes).to.deep.equal(["keys:write", "intents:read"]);
      const fewer = { name: "b", scopes: ["intents:read"] };
      expect((await gateway.request("POST", "/v1/api-keys", fewer, as(text))).status).to.equal(201);
      const before = await countOf();
      const wider = { name: "c", scopes: ["intents:read", "release"] };
      const refused = await gateway.request("POST", "/v1/api-keys", wider, as(text));
      expect([refused.status, refused.body.error.code, refused.body.error.param]).to.deep.equal([
        403,
        "forbidden",
        "scopes",
      ]);
      expect(refused.body.error.message).to.include("this key lacks release");
      expect(await countOf()).to.equal(before);
    });

    it("given an expiry then the key works until that second", async () => {
      const expires = gateway.clock.now / 1000 + 60;
      const { body } = await gateway.request("POST", "/v1/api-keys", { name: "a", expires });
      expect(body.expires).to.equal(expires);
      gateway.clock.now += 59_999;
      expect(await statusWith(body.key)).to.equal(200);
      gateway.clock.now += 1;
      expect(await statusWith(body.key)).to.equal(401);
    });

    const REFUSED: [string, unknown, string, RegExp][] = [
      ["no name", {}, "name", /required, and missing/],
      ["an empty name", { name: "" }, "name", /expected at least 1 character, received ""$/],
      [
        "an unknown scope",
        { name: "a", scopes: ["all"] },
        "scopes[0]",
        /expected "intents:read", .* or "[a-z-]+:[a-z]+", received "all"$/,
      ],
      [
        "no scopes at all",
        { name: "a", scopes: [] },
        "scopes",
        /expected at least 1 item, received \[\]$/,
      ],
      ["a mode", { name: "a", mode: "live" }, "mode", /unknown parameter/],
      [
        "a past expiry",
        { name: "a", expires: 1_000_000_000 },
        "expires",
        /in the future, received/,
      ],
      [
        "an expiry in milliseconds",
        { name: "a", expires: 1_893_456_000_000 },
        "expires",
        /looks like milliseconds: did you mean 1893456000\?$/,
      ],
    ];
    for (const [name, body, param, message] of REFUSED) {
      it(`given ${name} then 400 names ${param} and no key is created`, async () => {
        const before = await countOf();
        const { status, body: answer } = await gateway.request("POST", "/v1/api-keys", body);
        expect([status, answer.error.code, answer.error.param]).to.deep.equal([
          400,
          "invalid_request",
          param,
        ]);
        expect(answer.error.message).to.match(message);
        expect(await countOf()).to.equal(before);
      });
    }
  });

  describe("rolling", () => {
    it("keeps the old key valid for the overlap, then refuses it", async () => {
      const old = await restricted(["keys:write", "intents:read"]);
      const { status, body } = await gateway.request("POST", `/v1/api-keys/${old.id}/roll`, {
        overlapHours: 2,
      });
      expect(status).to.equal(201);
      expect(body).to.include({ name: "restricted", mode: "test", expires: null });
      expect(body.scopes).to.deep.equal(["keys:write", "intents:read"]);
      const shown = (await gateway.request("GET", `/v1/api-keys/${old.id}`)).body;
      expect(shown.replacedBy).to.equal(body.id);
      gateway.clock.now += 2 * HOUR_MS - 1;
      expect([await statusWith(old.text), await statusWith(body.key)]).to.deep.equal([200, 200]);
      gateway.clock.now += 1;
      expect([await statusWith(old.text), await statusWith(body.key)]).to.deep.equal([401, 200]);
    });

    it("given no body then the overlap is 24 hours; given 0 then the old key is revoked at once", async () => {
      const [first, second] = [await restricted(["keys:write"]), await restricted(["keys:write"])];
      await gateway.request("POST", `/v1/api-keys/${first.id}/roll`);
      const shown = (await gateway.request("GET", `/v1/api-keys/${first.id}`)).body;
      expect(shown.expires).to.equal((gateway.clock.now + 24 * HOUR_MS) / 1000);
      await gateway.request("POST", `/v1/api-keys/${second.id}/roll`, { overlapHours: 0 });
      expect(await statusWith(second.text)).to.equal(401);
    });

    it("given a key that ends before the overlap then its expiry stays", async () => {
      const expires = gateway.clock.now / 1000 + 60;
      const made = await gateway.request("POST", "/v1/api-keys", { name: "a", expires });
      const rolled = await gateway.request("POST", `/v1/api-keys/${made.body.id}/roll`);
      expect(rolled.body.expires).to.equal(expires);
      const shown = (await gateway.request("GET", `/v1/api-keys/${made.body.id}`)).body;
      expect(shown.expires).to.equal(expires);
    });

    it("given a key that was rolled, revoked or has expired then 400 invalid_status and no new key", async () => {
      const expires = gateway.clock.now / 1000 + 60;
      const created = await gateway.request("POST", "/v1/api-keys", { name: "a", expires });
      const [rolled, revoked] = [await restricted(["release"]), await restricted(["release"])];
      await gateway.request("POST", `/v1/api-keys/${rolled.id}/roll`);
      await gateway.request("POST", `/v1/api-keys/${revoked.id}/revoke`);
      gateway.clock.now += 60_000;
      const before = await countOf();
      for (const [id, text] of [
        [rolled.id, /was rolled already/],
        [revoked.id, /is revoked/],
        [created.body.id, /has expired/],
      ] as const) {
        const { status, body } = await gateway.request("POST", `/v1/api-keys/${id}/roll`);
        expect([status, body.error.code]).to.deep.equal([400, "invalid_status"]);
        expect(body.error.message).to.match(text);
      }
      expect(await countOf()).to.equal(before);
    });

    it("given a restricted caller then it cannot roll a key with more scopes", async () => {
      const { text } = await restricted(["keys:write"]);
      const full = (await gateway.request("POST", "/v1/api-keys", { name: "full" })).body;
      const before = await countOf();
      const refused = await gateway.request("POST", `/v1/api-keys/${full.id}/roll`, {}, as(text));
      expect([refused.status, refused.body.error.code]).to.deep.equal([403, "forbidden"]);
      expect(await countOf()).to.equal(before);
      expect(await statusWith(full.key)).to.equal(200);
    });

    it("given two at once then one new key", async () => {
      const { id } = await restricted(["release"]);
      const before = await countOf();
      const answers = await Promise.all(
        [1, 2].map(() => gateway.request("POST", `/v1/api-keys/${id}/roll`)),
      );
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 400]);
      expect(await countOf()).to.equal(before + 1);
    });
  });

  it("given a revoked key then it is refused at once, and revoking it again answers the same", async () => {
    const { id, text } = await restricted(["keys:write"]);
    const first = await gateway.request("POST", `/v1/api-keys/${id}/revoke`);
    expect(first.body.revoked).to.equal(gateway.clock.now / 1000);
    expect(await statusWith(text)).to.equal(401);
    gateway.clock.now += 60_000;
    const second = await gateway.request("POST", `/v1/api-keys/${id}/revoke`);
    expect([second.status, second.body]).to.deep.equal([200, first.body]);
  });

  it("lists the keys of this mode only, newest first, page by page without losing one", async () => {
    const names = ["a", "b", "c", "d", "e"];
    for (const name of names) {
      gateway.clock.now += 1_000;
      await gateway.request("POST", "/v1/api-keys", { name });
    }
    const seen: string[] = [];
    let query = "limit=2";
    for (;;) {
      const { body } = await gateway.request("GET", `/v1/api-keys?${query}`);
      seen.push(...body.data.map((key: { name: string }) => key.name));
      if (!body.has_more) break;
      query = `limit=2&starting_after=${body.data.at(-1).id}`;
    }
    expect(seen.slice(0, 5)).to.deep.equal(names.reverse());
    const all = await gateway.context.database.query(
      "SELECT 1 FROM milepost_gateway.api_keys WHERE account_id = $1 AND mode = 'test'",
      [gateway.accountId],
    );
    expect(seen).to.have.length(all.length);
  });

  it("notes the last use at most once per minute", async () => {
    const { id, text } = await restricted(["keys:write"]);
    const lastUsed = async () => (await gateway.request("GET", `/v1/api-keys/${id}`)).body.lastUsed;
    expect(await lastUsed()).to.equal(null);
    const start = gateway.clock.now / 1000;
    await statusWith(text);
    expect(await lastUsed()).to.equal(start);
    gateway.clock.now += 59_000;
    await statusWith(text);
    expect(await lastUsed()).to.equal(start);
    gateway.clock.now += 1_000;
    await statusWith(text);
    expect(await lastUsed()).to.equal(start + 60);
  });

  it("given another account's key or one of the other mode then 404 as for an unknown id, and nothing changes", async () => {
    const account = await createAccount(gateway.context.database, "Third", gateway.context.now());
    const foreign = await createKey(
      gateway.context.database,
      { accountId: account, mode: "test", name: "foreign", scopes: null },
      gateway.context.now(),
    );
    const live = await restricted(["keys:write"], "live");
    for (const { id, text } of [foreign, live]) {
      for (const [method, path] of [
        ["GET", ""],
        ["POST", "/roll"],
        ["POST", "/revoke"],
      ] as const) {
        const { status, body } = await gateway.request(method, `/v1/api-keys/${id}${path}`);
        expect([status, body.error.code, body.error.message]).to.deep.equal([
          404,
          "resource_missing",
          `No such API key: ${id}`,
        ]);
      }
      expect(await statusWith(text)).to.equal(200);
    }
  });

  it("audits creating, rolling and revoking with the key's id, in the same transaction", async () => {
    const made = (await gateway.request("POST", "/v1/api-keys", { name: "a" })).body;
    await gateway.request("POST", `/v1/api-keys/${made.id}/roll`);
    await gateway.request("POST", `/v1/api-keys/${made.id}/revoke`);
    await gateway.request("POST", `/v1/api-keys/${made.id}/roll`);
    const rows = await gateway.context.database.query(
      "SELECT action, object_id FROM milepost_gateway.audit_log WHERE object_id = $1",
      [made.id],
    );
    expect(rows).to.have.deep.members([
      { action: "POST /v1/api-keys", object_id: made.id },
      { action: "POST /v1/api-keys/:keyId/roll", object_id: made.id },
      { action: "POST /v1/api-keys/:keyId/revoke", object_id: made.id },
    ]);
  });
});
