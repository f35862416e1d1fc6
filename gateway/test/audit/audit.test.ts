import { expect } from "chai";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("the audit log", () => {
  let gateway: TestGateway;
  before(async () => (gateway = await startTestGateway()));
  after(() => gateway.close());
  const list = async (query = "", headers: Record<string, string> = {}) =>
    (await gateway.request("GET", `/v1/audit-log${query}`, undefined, headers)).body;

  it("lists each change with its key, object and request, newest first, and no read", async () => {
    const made = await gateway.request("POST", "/v1/api-keys", { name: "a" });
    gateway.clock.now += 1_000;
    const revoked = await gateway.request("POST", `/v1/api-keys/${made.body.id}/revoke`);
    const { data, has_more } = await list(`?objectId=${made.body.id}`);
    expect(has_more).to.equal(false);
    const shown = data.map((entry: Record<string, unknown>) => ({
      ...entry,
      id: undefined,
      keyId: undefined,
    }));
    const common = { id: undefined, keyId: undefined, object: "audit_entry", details: {} };
    expect(shown).to.deep.equal([
      {
        ...common,
        action: "POST /v1/api-keys/:keyId/revoke",
        objectId: made.body.id,
        requestId: revoked.headers["request-id"],
        created: gateway.clock.now / 1000,
      },
      {
        ...common,
        action: "POST /v1/api-keys",
        objectId: made.body.id,
        requestId: made.headers["request-id"],
        created: gateway.clock.now / 1000 - 1,
      },
    ]);
    expect(data[0].keyId).to.equal(gateway.keys.test.slice("sk_test_".length, 24));
  });

  it("has no entry of a refused change", async () => {
    const before = (await list("?limit=100")).data.length;
    await gateway.request("POST", "/v1/api-keys", { name: "" });
    await gateway.request("POST", "/v1/api-keys/0000000000000000/revoke");
    expect((await list("?limit=100")).data).to.have.length(before);
  });

  it("filters by key, pages, and refuses a cursor of another kind", async () => {
    for (const name of ["a", "b", "c"]) {
      gateway.clock.now += 1_000;
      await gateway.request("POST", "/v1/api-keys", { name });
    }
    const keyId = gateway.keys.test.slice(8, 24);
    const first = await list(`?limit=2&keyId=${keyId}`);
    expect([first.data.length, first.has_more]).to.deep.equal([2, true]);
    const second = await list(`?limit=2&keyId=${keyId}&starting_after=${first.data[1].id}`);
    expect(second.data[0].created).to.equal(first.data[1].created - 1);
    expect((await list("?keyId=0000000000000000")).data).to.deep.equal([]);
    const refused = await list("?starting_after=evt_1");
    expect(refused.error.param).to.equal("starting_after");
  });

  it("shows another account and the other mode nothing of it", async () => {
    for (const key of [gateway.keys.other, gateway.keys.live]) {
      const { data } = await list("?limit=100", { "x-api-key": key });
      expect(data).to.deep.equal([]);
    }
  });

  it("given an attempt to change or remove an entry then the database refuses", async () => {
    const { database } = gateway.context;
    for (const statement of [
      "UPDATE milepost_gateway.audit_log SET action = 'x'",
      "DELETE FROM milepost_gateway.audit_log",
    ]) {
      const failure = await database.query(statement).then(
        () => "no failure",
        (error: unknown) => String(error),
      );
      expect(failure).to.include("the audit log is append-only");
    }
  });
});
