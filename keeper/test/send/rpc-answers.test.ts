import { expect } from "chai";
import { judgeAnswer, type RpcCall, type RpcProblem } from "../../src/send/rpc-answers";

const call = (method = "getSlot", minContextSlot: number | null = null): RpcCall => ({
  ...{ method, id: "7", minContextSlot },
});
const withError = (error: unknown) => JSON.stringify({ jsonrpc: "2.0", error, id: "7" });
const withResult = (result: unknown, id: unknown = "7") =>
  JSON.stringify({ jsonrpc: "2.0", result, id });
const problemOf = (status: number, text: string, of = call()) =>
  judgeAnswer(of, status, text).problem;

describe("send: the problem of an RPC's answer", () => {
  const CODES: [number, RpcProblem | null][] = [
    ...[-32601, -32010, -32011].map((code) => [code, "unsupported"] as [number, RpcProblem]),
    ...[-32600, -32602, -32015, -32018].map((code) => [code, "rejected"] as [number, RpcProblem]),
    ...[-32004, -32005, -32007, -32009, -32014, -32016].map(
      (code) => [code, "behind"] as [number, RpcProblem],
    ),
    ...[-32001, -32008, -32012, -32017, -32019, -32603, -32099, 1].map(
      (code) => [code, "unavailable"] as [number, RpcProblem],
    ),
    ...[-32002, -32003, -32006, -32013].map((code) => [code, null] as [number, null]),
    [-32429, "limited"],
    [429, "limited"],
    [403, "unsupported"],
  ];
  for (const [code, problem] of CODES) {
    it(`takes the JSON-RPC code ${code} for ${problem ?? "an answer about the transaction"}`, () => {
      expect(problemOf(200, withError({ code, message: "no" }))).to.equal(problem);
    });
  }

  const STATUSES: [number, RpcProblem][] = [
    [400, "rejected"],
    [401, "unsupported"],
    [403, "unsupported"],
    [404, "unsupported"],
    [405, "unsupported"],
    [408, "unavailable"],
    [413, "rejected"],
    [429, "limited"],
    [500, "unavailable"],
    [502, "unavailable"],
    [503, "unavailable"],
    [504, "unavailable"],
    [302, "unavailable"],
  ];
  for (const [status, problem] of STATUSES) {
    it(`takes the HTTP status ${status} for ${problem}, whatever its page says`, () => {
      for (const body of ["", "<html>", withResult(7)]) {
        expect(problemOf(status, body), body).to.equal(problem);
      }
    });
  }

  it("takes the code in the body of an HTTP error for what it says", () => {
    const body = withError({ code: -32601, message: "Method not found" });
    const finding = judgeAnswer(call(), 404, body);
    expect(finding).to.deep.equal({
      ...{ problem: "unsupported", code: -32601, message: "Method not found" },
    });
  });

  const GARBAGE: [string, string][] = [
    ["a page", "<html>hello</html>"],
    ["an empty body", ""],
    ["truncated JSON", withResult({ context: { slot: 1 }, value: [] }).slice(0, -9)],
    ["another call's answer", withResult(7, "8")],
    ["an answer without an id", JSON.stringify({ jsonrpc: "2.0", result: 7 })],
    ["an answer without a result", JSON.stringify({ jsonrpc: "2.0", id: "7" })],
    ["a list", "[]"],
    ["null", "null"],
    ["a number", "7"],
  ];
  for (const [name, body] of GARBAGE) {
    it(`takes ${name} for garbage, of a scan as well`, () => {
      expect(problemOf(200, body)).to.equal("garbage");
      expect(problemOf(200, body, call("getProgramAccounts"))).to.equal("garbage");
    });
  }

  it("takes an error without a code for the node's", () => {
    for (const error of [{}, { message: "busy" }, { code: "x" }, "busy", true, []]) {
      expect(problemOf(200, withError(error)), JSON.stringify(error)).to.equal("unavailable");
    }
  });

  it("takes an error of null beside a result for an answer", () => {
    const body = JSON.stringify({ jsonrpc: "2.0", error: null, result: 7, id: "7" });
    expect(judgeAnswer(call(), 200, body)).to.deep.equal({ problem: null, slot: 7 });
  });

  describe("the slot of an answer", () => {
    const at = (slot: number, value: unknown = []) =>
      withResult({ context: { apiVersion: "4.0.0", slot }, value });
    for (const method of ["getMultipleAccounts", "getProgramAccounts"]) {
      it(`takes an answer of ${method} from before minContextSlot for behind, and one at it for good`, () => {
        expect(judgeAnswer(call(method, 100), 200, at(99))).to.deep.equal({ problem: "behind" });
        expect(judgeAnswer(call(method, 100), 200, at(100))).to.deep.equal({
          ...{ problem: null, slot: 100 },
        });
      });
    }

    it("is not read out of what an account contains", () => {
      const value = [{ pubkey: '"context":{"slot":5}', account: {} }];
      expect(judgeAnswer(call("getProgramAccounts"), 200, at(100, value))).to.deep.equal({
        ...{ problem: null, slot: 100 },
      });
    });
  });
});
