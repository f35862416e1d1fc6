import { expect } from "chai";
import { GatewayProblem } from "../../src/gateway/problem";
import { createTransport, sendJson, type TransportOptions } from "../../src/gateway/transport";
import { createWriteKeys } from "../../src/gateway/write-keys";
import { jsonAnswer } from "./fakes";

const BASE = "http://127.0.0.1:8080";

/** A transport whose answers the test gives, and what it sent and told. */
function setUp(answers: (Response | Error)[], token: string | null = "token") {
  const sent: Request[] = [];
  const told: string[] = [];
  let keys = 0;
  const options: TransportOptions = {
    baseUrl: BASE,
    fetch: async (request) => {
      sent.push(request);
      const answer = answers.shift()!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    keys: createWriteKeys(() => `key-${++keys}`),
    csrfToken: () => token,
    onAnswer: () => void told.push("answer"),
    onSilence: () => void told.push("silence"),
    onSignedOut: () => void told.push("signed out"),
    onDoubt: () => void told.push("doubt"),
  };
  const transport = createTransport(options);
  const write = (body: unknown = { name: "a" }) =>
    sendJson(transport, `${BASE}/v1/api-keys`, { method: "POST", body }).then(
      () => "ok",
      (error: GatewayProblem) => error.code,
    );
  const header = (name: string) => sent.map(({ headers }) => headers.get(name));
  return { transport, sent, told, write, header };
}

const ok = () => jsonAnswer(200, {});
const refusal = (status: number, code: string) =>
  jsonAnswer(status, { error: { code, message: "text", type: "x", docUrl: "y" } });

describe("the transport of the page", () => {
  it("adds the CSRF token and a key to a write, and neither to a read", async () => {
    const { transport, sent, write } = setUp([ok(), ok()]);
    await write();
    await sendJson(transport, `${BASE}/v1/api-keys`);
    const headers = sent.map((request) => [
      request.headers.get("X-CSRF-Token"),
      request.headers.get("Idempotency-Key"),
    ]);
    expect(headers).to.deep.equal([
      ["token", "key-1"],
      [null, null],
    ]);
  });

  it("tells of an answer that may be for the session of another tab, where there is one", async () => {
    for (const [status, token, last] of [
      [403, "token", "doubt"],
      [404, "token", "doubt"],
      [404, null, "answer"],
      [409, "token", "answer"],
    ] as const) {
      const { told, write } = setUp([refusal(status, "forbidden")], token);
      await write();
      expect(told.at(-1), String(status)).to.equal(last);
    }
  });

  it("never sends an API key", async () => {
    const { sent, write } = setUp([ok()]);
    await write();
    expect([...sent[0]!.headers.keys()]).to.not.include.members(["x-api-key", "authorization"]);
  });

  for (const [what, first] of [
    ["a lost answer", new TypeError("Failed to fetch")],
    ["a 500", refusal(500, "internal_error")],
    ["a 429", refusal(429, "rate_limit_exceeded")],
    ["a 409 idempotency_in_progress", refusal(409, "idempotency_in_progress")],
  ] as const) {
    it(`sends the same key again after ${what}, and a new one after the success`, async () => {
      const { write, header } = setUp([first, ok(), ok()]);
      await write();
      await write();
      await write();
      expect(header("Idempotency-Key")).to.deep.equal(["key-1", "key-1", "key-2"]);
    });
  }

  it("takes a new key after a refusal, and for another content", async () => {
    const { write, header } = setUp([refusal(400, "invalid_request"), ok(), ok()]);
    await write();
    await write();
    await write({ name: "b" });
    expect(header("Idempotency-Key")).to.deep.equal(["key-1", "key-2", "key-3"]);
  });

  it("turns silence into gateway_unreachable, and tells the page", async () => {
    const { write, told } = setUp([new TypeError("Failed to fetch"), ok()]);
    expect(await write()).to.equal("gateway_unreachable");
    expect(await write()).to.equal("ok");
    expect(told).to.deep.equal(["silence", "answer"]);
  });

  it("tells the page that its session has ended", async () => {
    const { write, told } = setUp([refusal(401, "authentication_required")]);
    expect(await write()).to.equal("authentication_required");
    expect(told).to.deep.equal(["answer", "signed out"]);
  });

  it("passes a caller's own abort on, without telling anybody", async () => {
    const { transport, told } = setUp([new DOMException("stopped", "AbortError")]);
    const signal = AbortSignal.abort();
    const failed = await sendJson(transport, BASE, { signal }).catch((error: Error) => error);
    expect(failed).to.have.property("name", "AbortError");
    expect(told).to.deep.equal([]);
  });
});
