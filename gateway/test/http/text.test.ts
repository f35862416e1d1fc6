/** Text that no database can store, and URLs that no route can take: each is one clear refusal. */
import { expect } from "chai";
import { brokenTextIn } from "../../src/limits/text";
import { dumpRows } from "../harness/dump";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import { form, png, sha256, temporaryDirectory } from "../harness/upload";
import { createDirectoryStorage } from "../../src/file-storage/directory-storage";

describe("text that cannot be stored", () => {
  let gateway: TestGateway;
  let directory: ReturnType<typeof temporaryDirectory>;
  before(async () => {
    directory = temporaryDirectory();
    const storage = await createDirectoryStorage(directory.path);
    gateway = await startTestGateway(undefined, { files: { storage } });
  });
  after(async () => {
    await gateway.close();
    directory.remove();
  });

  const INTENT = `"amount":"1.00","currency":"USDC","type":"CONSENTED_PULL","settlementMethod":"OFF_RAMP_MOCK","settlementDestination":"x"`;
  const post = (payload: string) =>
    gateway.app.inject({
      method: "POST",
      url: "/v1/payment-intents",
      headers: { "x-api-key": gateway.keys.test },
      payload,
    });

  for (const [text, param] of [
    [`{${INTENT},"description":"a\\u0000b"}`, "description"],
    [`{${INTENT},"description":"\\ud800"}`, "description"],
    [`{${INTENT},"description":"\\uDC00 low half first"}`, "description"],
    [`{${INTENT},"metadata":{"list":[1,{"deep":"\\u0000"}]}}`, "metadata.list[1].deep"],
    [`{${INTENT},"metadata":{"name \\u0000":1}}`, "metadata"],
    [`"\\u0000"`, "body"],
  ] as const) {
    it(`refuses ${text.slice(-40)} and names ${param}`, async () => {
      const before = await dumpRows(gateway.context.database);
      const answer = await post(text);
      expect([
        answer.statusCode,
        answer.json().error.code,
        answer.json().error.param,
      ]).to.deep.equal([400, "invalid_request", param]);
      expect(await dumpRows(gateway.context.database)).to.deep.equal(before);
    });
  }

  it("refuses a body of null, also where the body may be absent", async () => {
    const before = await dumpRows(gateway.context.database);
    const answer = await gateway.app.inject({
      method: "POST",
      url: "/v1/events/evt_0/replay",
      headers: { "x-api-key": gateway.keys.test, "content-type": "application/json" },
      payload: "null",
    });
    expect([answer.statusCode, answer.json().error.message]).to.deep.equal([
      400,
      "body: expected an object, received null",
    ]);
    expect(await dumpRows(gateway.context.database)).to.deep.equal(before);
  });

  it("takes whole surrogate pairs and escaped backslashes, and returns them as they came", async () => {
    const answer = await post(`{${INTENT},"description":"\\ud83d\\ude00 \\\\u0000"}`);
    expect([answer.statusCode, answer.json().data.description]).to.deep.equal([
      201,
      "\u{1f600} \\u0000",
    ]);
    expect(brokenTextIn('"\\u0041"', "A")).to.equal(null);
  });

  it("refuses a NUL in the text of a form", async () => {
    const bytes = png();
    const { payload, headers } = form([
      ["sha256", sha256(bytes)],
      ["uploadedBy", "a\0b"],
      ["file", bytes, "a.png"],
    ]);
    const answer = await gateway.app.inject({
      method: "POST",
      url: "/v1/files",
      headers: { ...headers, "x-api-key": gateway.keys.test },
      payload,
    });
    expect([answer.statusCode, answer.json().error.param]).to.deep.equal([400, "uploadedBy"]);
  });

  for (const url of [
    "/v1/payment-intents/%00",
    "/v1/events?object_id=a%00",
    "/v1/payment-intents/%ff",
    "/v1/payment-intents/%ED%A0%80/escrow",
    "/v1/payment-intents/%zz",
  ]) {
    it(`answers 400 with the API's error body to ${url}`, async () => {
      const answer = await gateway.app.inject({ url, headers: { "x-api-key": gateway.keys.test } });
      expect([answer.statusCode, answer.json().error?.code]).to.deep.equal([
        400,
        "invalid_request",
      ]);
      expect(answer.headers["request-id"]).to.match(/^req_/);
    });
  }

  it("answers 404 with the API's error body to an id longer than any id", async () => {
    const answer = await gateway.app.inject({
      url: `/v1/payment-intents/${"a".repeat(1_000)}`,
      headers: { "x-api-key": gateway.keys.test },
    });
    expect([answer.statusCode, answer.json().error.code]).to.deep.equal([404, "resource_missing"]);
  });
});
