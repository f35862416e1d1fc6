import { expect } from "chai";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("methods of a path", () => {
  let gateway: TestGateway;
  before(async () => (gateway = await startTestGateway()));
  after(() => gateway.close());

  const METHODS = [
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "QUERY",
  ] as const;

  for (const [path, allowed] of [
    ["/v1/api-keys", "GET, HEAD, OPTIONS, POST"],
    ["/api/v1/api-keys?limit=1", "GET, HEAD, OPTIONS, POST"],
    ["/v1/api-keys/abc", "GET, HEAD, OPTIONS"],
    ["/v1/api-keys/abc/roll", "OPTIONS, POST"],
    ["/openapi.json", "GET, HEAD, OPTIONS"],
  ] as const) {
    it(`given ${path} then every method but ${allowed} is answered 405 with Allow, with or without a key`, async () => {
      const others = METHODS.filter((method) => !allowed.split(", ").includes(method));
      for (const method of others) {
        for (const headers of [{}, { "x-api-key": gateway.keys.test }]) {
          const answer = await gateway.app.inject({ method: method as never, url: path, headers });
          expect([answer.statusCode, answer.headers["allow"]], method).to.deep.equal([
            405,
            allowed,
          ]);
          if (method === "HEAD") expect(answer.body).to.equal("");
          else expect(answer.json().error.code).to.equal("method_not_allowed");
        }
      }
    });
  }

  it("given a body that is not JSON then the answer is still 405, because the body is not read", async () => {
    const answer = await gateway.app.inject({
      method: "DELETE",
      url: "/v1/api-keys",
      headers: { "content-type": "image/png" },
      payload: "{",
    });
    expect([answer.statusCode, answer.headers["allow"]]).to.deep.equal([
      405,
      "GET, HEAD, OPTIONS, POST",
    ]);
  });

  it("given OPTIONS then 204 with the path's methods", async () => {
    const answer = await gateway.app.inject({ method: "OPTIONS", url: "/v1/api-keys" });
    expect([answer.statusCode, answer.headers["allow"], answer.body]).to.deep.equal([
      204,
      "GET, HEAD, OPTIONS, POST",
      "",
    ]);
  });

  it("given HEAD then the headers of GET without its body, and no write of anything", async () => {
    const headers = { "x-api-key": gateway.keys.test };
    const get = await gateway.app.inject({ url: "/v1/api-keys", headers });
    const head = await gateway.app.inject({ method: "HEAD", url: "/v1/api-keys", headers });
    expect([head.statusCode, head.body]).to.deep.equal([200, ""]);
    expect(head.headers["content-length"]).to.equal(get.headers["content-length"]);
  });

  it("given a path that does not exist then 404 for every method", async () => {
    for (const method of METHODS) {
      const answer = await gateway.app.inject({ method: method as never, url: "/v1/nowhere" });
      expect([answer.statusCode, answer.headers["allow"]], method).to.deep.equal([404, undefined]);
    }
  });

  it("given any answer then it has the id of the request", async () => {
    for (const url of ["/v1/api-keys", "/v1/nowhere", "/openapi.json"]) {
      const answer = await gateway.app.inject({ url });
      expect(answer.headers["request-id"], url).to.match(/^req_[0-9a-z]{26}$/);
    }
  });
});
