import { expect } from "chai";
import {
  explainGatewayProblem,
  GatewayProblem,
  isTemporary,
  problemOf,
  toProblem,
  UNREACHABLE,
} from "../../src/gateway/problem";

const answer = (status: number, headers: Record<string, string> = {}) =>
  new Response(null, { status, headers });

describe("problems of the gateway", () => {
  it("reads code, message, parameter and wait from the API's body", () => {
    const problem = problemOf(answer(429, { "Request-Id": "req_1" }), {
      error: { code: "rate_limit_exceeded", message: "Slow down.", param: "limit", retryAfter: 7 },
    });
    expect(problem).to.include({
      code: "rate_limit_exceeded",
      message: "Slow down.",
      param: "limit",
      retryAfter: 7,
      status: 429,
      requestId: "req_1",
    });
  });

  it("reads an action's body, which has no envelope", () => {
    const problem = problemOf(answer(404), {
      message: "No such payment: intent_1",
      code: "resource_missing",
    });
    expect(problem).to.include({ code: "resource_missing", message: "No such payment: intent_1" });
  });

  it("takes the wait from Retry-After where the body has none", () => {
    const problem = problemOf(answer(503, { "Retry-After": "3" }), "<html>");
    expect(problem).to.include({ code: "gateway_unreadable", retryAfter: 3, status: 503 });
  });

  it("says which answer was not the gateway's", () => {
    expect(problemOf(answer(502), "<html>").message).to.equal(
      "The answer with status 502 is not one of the gateway's.",
    );
  });

  for (const [code, status, temporary] of [
    [UNREACHABLE, null, true],
    ["idempotency_in_progress", 409, true],
    ["rate_limit_exceeded", 429, true],
    ["internal_error", 500, true],
    ["conflict", 409, false],
    ["invalid_request", 400, false],
  ] as const) {
    it(`${temporary ? "offers" : "does not offer"} another try after ${code}`, () => {
      const problem = new GatewayProblem(code, "text", { status });
      expect(isTemporary(problem)).to.equal(temporary);
      expect(explainGatewayProblem(problem).canRetry).to.equal(temporary);
    });
  }

  for (const [code, details, title, nextStep] of [
    [
      UNREACHABLE,
      {},
      "The gateway is not reachable. Nothing was lost.",
      "Check your connection. This page continues when the gateway is back.",
    ],
    ["authentication_required", { status: 401 }, "Your session has ended", "Sign in again."],
    [
      "rate_limit_exceeded",
      { status: 429, retryAfter: 1 },
      "Too many requests",
      "Wait, then try again.",
    ],
    [
      "internal_error",
      { status: 500 },
      "The gateway failed. Nothing was lost.",
      "Try again. If it persists, tell the gateway's operator.",
    ],
    [
      "invalid_request",
      { status: 400, param: "url" },
      "The gateway refused this",
      "Correct url and try again.",
    ],
  ] as const) {
    it(`says what to do after ${code}`, () => {
      const words = explainGatewayProblem(new GatewayProblem(code, "Why.", details));
      expect(words).to.include({ title, nextStep });
      expect(words.text).to.not.equal("");
    });
  }

  it("names the wait in seconds", () => {
    const wait = (retryAfter?: number) =>
      explainGatewayProblem(
        new GatewayProblem("rate_limit_exceeded", "x", { status: 429, retryAfter }),
      ).text;
    expect(wait(1)).to.equal("The gateway takes the next request in 1 second.");
    expect(wait(20)).to.equal("The gateway takes the next request in 20 seconds.");
    expect(wait()).to.equal("The gateway takes the next request in a moment.");
  });

  it("keeps a problem, and wraps every other error with its cause", () => {
    const problem = new GatewayProblem("conflict", "x");
    expect(toProblem(problem)).to.equal(problem);
    const cause = new TypeError("y");
    expect(toProblem(cause)).to.include({ message: "y", cause });
  });
});
