import { expect } from "chai";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import { buildApp } from "../../src/http/app";
import { RESOURCES } from "../../src/resources";

describe("rate limits over HTTP", () => {
  let gateway: TestGateway;
  let app: TestGateway["app"];
  const refused: string[] = [];
  before(async () => {
    gateway = await startTestGateway();
    app = await buildApp(gateway.context, RESOURCES, {
      rateLimits: {
        perKey: 3,
        perAddress: 2,
        now: () => 6_000,
        monotonic: () => 6_000_000,
        onRefused: (by) => refused.push(by),
      },
      trustProxy: "127.0.0.1",
    });
  });
  after(async () => {
    await app.close();
    await gateway.close();
  });
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

  it("given a key above its limit then 429 with Retry-After, and the headers count down", async () => {
    const key = { "x-api-key": gateway.keys.test };
    const answers = [];
    for (let call = 0; call < 4; call += 1) answers.push(await get("/v1/api-keys", key));
    expect(answers.map(({ statusCode }) => statusCode)).to.deep.equal([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers["ratelimit-remaining"])).to.deep.equal([
      "2",
      "1",
      "0",
      "0",
    ]);
    const [last] = answers.slice(-1);
    expect(last!.headers).to.include({
      "ratelimit-limit": "3",
      "ratelimit-policy": "3;w=60",
      "ratelimit-reset": "60",
      "retry-after": "60",
    });
    expect(last!.json().error).to.deep.include({
      code: "rate_limit_exceeded",
      type: "rate_limit_error",
      retryAfter: 60,
      message: "More than 3 requests of this key in 60 seconds. Repeat the request in 60 seconds.",
    });
    expect(refused).to.deep.equal(["key"]);
  });

  it("given another key of the same account then it has a limit of its own", async () => {
    expect((await get("/v1/api-keys", { "x-api-key": gateway.keys.live })).statusCode).to.equal(
      200,
    );
  });

  it("given requests without a valid key, on public and on unknown paths, then the address counts", async () => {
    const from = (address: string, url: string, key?: string) =>
      get(url, { "x-forwarded-for": address, ...(key === undefined ? {} : { "x-api-key": key }) });
    const statuses = [];
    statuses.push((await from("192.0.2.1", "/v1/api-keys", "sk_test_wrong")).statusCode);
    statuses.push((await from("192.0.2.1", "/openapi.json")).statusCode);
    statuses.push((await from("192.0.2.1", "/v1/nowhere")).statusCode);
    statuses.push((await from("192.0.2.1", "/v1/api-keys")).statusCode);
    expect(statuses).to.deep.equal([401, 200, 429, 429]);
    expect((await from("192.0.2.2", "/openapi.json")).statusCode).to.equal(200);
    const other = await from("192.0.2.1", "/v1/api-keys", gateway.keys.other);
    expect(other.statusCode, "a valid key from the same address").to.equal(200);
  });
});
