import { expect } from "chai";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("callers that the process remembers", () => {
  let gateway: TestGateway;
  const status = async (key: string) =>
    (await gateway.request("GET", "/v1/api-keys", undefined, { "x-api-key": key })).status;
  const revokeElsewhere = () =>
    gateway.context.database.query(
      "UPDATE milepost_gateway.api_keys SET revoked_at = now() WHERE account_id = $1",
      [gateway.accountId],
    );

  beforeEach(async () => (gateway = await startTestGateway()));
  afterEach(() => gateway.close());

  it("are refused one second after another process revoked the key", async () => {
    expect(await status(gateway.keys.test)).to.equal(200);
    await revokeElsewhere();
    gateway.clock.now += 999;
    expect(await status(gateway.keys.test)).to.equal(200);
    gateway.clock.now += 1;
    expect(await status(gateway.keys.test)).to.equal(401);
  });

  it("are refused at once after this process revoked the key", async () => {
    const { body } = await gateway.request("POST", "/v1/api-keys", { name: "second" });
    expect(await status(body.key)).to.equal(200);
    await gateway.request("POST", `/v1/api-keys/${body.id}/revoke`);
    expect(await status(body.key)).to.equal(401);
  });

  it("are asked of the database again when the local clock was set back", async () => {
    expect(await status(gateway.keys.test)).to.equal(200);
    await revokeElsewhere();
    gateway.clock.now -= 3_600_000;
    expect(await status(gateway.keys.test)).to.equal(401);
  });
});
