import { AddressLookupTableProgram, Connection, VersionedTransaction } from "@solana/web3.js";
import { SYSVAR_CLOCK_PUBKEY, TransactionMessage } from "@solana/web3.js";
import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { classify } from "../../src/send/classify";
import { isRpcFailure, rpcVerdict } from "../../src/send/rpc-error";
import {
  RpcAnswerError,
  RpcMethodUnavailableError,
  RpcSetAsideError,
  RpcWrongChainError,
} from "../../src/send/rpc-failures";
import { RpcAnswerTooLargeError } from "../../src/send/rpc-limits";
import { RPC_VERDICTS } from "../../src/send/verdicts";

const KEY = SYSVAR_CLOCK_PUBKEY;
const TRANSACTION = new VersionedTransaction(
  new TransactionMessage({
    payerKey: KEY,
    recentBlockhash: KEY.toBase58(),
    instructions: [],
  }).compileToV0Message(),
);

/** Every call of the keeper and the SDK, with web3.js's own way to wrap errors. */
const CALLS: Record<string, (connection: Connection) => Promise<unknown>> = {
  getAccountInfo: (rpc) => rpc.getAccountInfo(KEY),
  getAddressLookupTable: (rpc) => rpc.getAddressLookupTable(AddressLookupTableProgram.programId),
  getBalance: (rpc) => rpc.getBalance(KEY),
  getBlockHeight: (rpc) => rpc.getBlockHeight(),
  getBlockTime: (rpc) => rpc.getBlockTime(7),
  getGenesisHash: (rpc) => rpc.getGenesisHash(),
  getLatestBlockhash: (rpc) => rpc.getLatestBlockhash(),
  getTokenAccountBalance: (rpc) => rpc.getTokenAccountBalance(KEY),
  getMultipleAccountsInfo: (rpc) => rpc.getMultipleAccountsInfo([KEY]),
  getMultipleAccountsInfoAndContext: (rpc) => rpc.getMultipleAccountsInfoAndContext([KEY]),
  getProgramAccounts: (rpc) => rpc.getProgramAccounts(KEY),
  getProgramAccountsWithContext: (rpc) => rpc.getProgramAccounts(KEY, { withContext: true }),
  getRecentPrioritizationFees: (rpc) => rpc.getRecentPrioritizationFees(),
  getSignatureStatuses: (rpc) => rpc.getSignatureStatuses(["x"]),
  getSlot: (rpc) => rpc.getSlot(),
  simulateTransaction: (rpc) => rpc.simulateTransaction(TRANSACTION),
  sendRawTransaction: (rpc) => rpc.sendRawTransaction(TRANSACTION.serialize()),
};

const jsonRpcError = (code: number, message: string) =>
  Response.json({ jsonrpc: "2.0", id: "1", error: { code, message } });
const socketError = (code: string) =>
  Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(code), { code }) });

describe("send: failures of an RPC, through web3.js", () => {
  let server: Server;
  let url: string;
  before(async () => {
    // The server promises 100 bytes, and hangs up after one.
    server = createServer((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => void server.close());

  const failing = (error: Error) => async () => {
    throw error;
  };
  const FAILURES: [string, () => Promise<Response>, string][] = [
    ["503", async () => new Response("<html>", { status: 503, statusText: "x" }), "RpcUnavailable"],
    ["502 over HTTP/2", async () => new Response("", { status: 502 }), "RpcUnavailable"],
    ["500", async () => new Response("Error", { status: 500 }), "RpcUnavailable"],
    ["429", async () => new Response("slow down", { status: 429 }), "RpcRateLimited"],
    ["408", async () => new Response("", { status: 408 }), "RpcTimeout"],
    ["403", async () => new Response("no", { status: 403 }), "RpcRequestRefused"],
    ["a page", async () => new Response("<html>hello"), "RpcGarbage"],
    ["nothing", async () => new Response(""), "RpcGarbage"],
    ["half an answer", async () => new Response('{"jsonrpc":"2.0","resu'), "RpcGarbage"],
    ["an answer cut after a number", async () => new Response('{"result":{"a":1'), "RpcGarbage"],
    ["an empty object", async () => new Response("{}"), "RpcGarbage"],
    ["null", async () => new Response("null"), "RpcGarbage"],
    [
      "another shape",
      async () => Response.json({ jsonrpc: "2.0", id: "1", result: {} }),
      "RpcGarbage",
    ],
    ["node is behind", async () => jsonRpcError(-32005, "Node is behind by 42 slots"), "RpcBehind"],
    ["unhealthy", async () => jsonRpcError(-32005, "Node is unhealthy"), "RpcBehind"],
    [
      "a slot it has not reached",
      async () => jsonRpcError(-32016, "Minimum context slot has not been reached"),
      "RpcBehind",
    ],
    ["an internal error", async () => jsonRpcError(-32603, "Internal error"), "RpcUnavailable"],
    ["too many", async () => jsonRpcError(-32429, "Too many requests"), "RpcRateLimited"],
    [
      "a limit",
      async () => jsonRpcError(-32429, "50/second request limit reached"),
      "RpcRateLimited",
    ],
    ["a refused connection", async () => fetch("http://127.0.0.1:1"), "RpcUnavailable"],
    ["an answer cut on the wire", async () => fetch(url), "RpcUnavailable"],
    ["a reset", failing(socketError("ECONNRESET")), "RpcUnavailable"],
    ["a name that is not found", failing(socketError("ENOTFOUND")), "RpcUnavailable"],
    ["a bad certificate", failing(socketError("CERT_HAS_EXPIRED")), "RpcUnavailable"],
    [
      "node-fetch's hang-up",
      failing(
        Object.assign(new Error("request to http://x failed, reason: socket hang up"), {
          code: "ECONNRESET",
          name: "FetchError",
        }),
      ),
      "RpcUnavailable",
    ],
    [
      "node-fetch's early end",
      failing(Object.assign(new Error("Premature close"), { code: "ERR_STREAM_PREMATURE_CLOSE" })),
      "RpcUnavailable",
    ],
    ["an abort", async () => fetch(url, { signal: AbortSignal.abort() }), "RpcTimeout"],
    [
      "its time",
      failing(new DOMException("The operation was aborted due to timeout", "TimeoutError")),
      "RpcTimeout",
    ],
    [
      "an answer above the limit",
      failing(new RpcAnswerTooLargeError("rpc.example", "getSlot", 64 * 1024 * 1024)),
      "RpcAnswerTooLarge",
    ],
    [
      "a method that nobody offers",
      failing(new RpcMethodUnavailableError("getSlot", [{ host: "rpc.example", code: -32601 }])),
      "RpcMethodUnavailable",
    ],
    [
      "state from before the slot asked for",
      failing(new RpcAnswerError("rpc.example", "getSlot", "behind")),
      "RpcBehind",
    ],
    [
      "another call's answer",
      failing(new RpcAnswerError("rpc.example", "getSlot", "garbage")),
      "RpcGarbage",
    ],
    [
      "an RPC that is set aside",
      failing(new RpcSetAsideError("rpc.example", "slow")),
      "RpcUnavailable",
    ],
    [
      "an RPC of another chain",
      failing(new RpcWrongChainError(["rpc.example"], "hash")),
      "RpcWrongChain",
    ],
  ];

  for (const [name, answer, reason] of FAILURES) {
    it(`given ${name}, when any call is answered by it, then it is retryable: ${reason}`, async () => {
      for (const [method, call] of Object.entries(CALLS)) {
        const connection = new Connection("http://rpc.invalid", {
          disableRetryOnRateLimit: true,
          fetch: () => answer(),
        });
        const [settled] = await Promise.allSettled([call(connection)]);
        if (settled.status === "fulfilled") expect.fail(`${method} was answered`);
        const verdict = classify(settled.reason);
        // web3.js turns the error into a text without the socket's code.
        expect(verdict, `${method}: ${settled.reason}`).to.deep.equal({
          kind: "retryable",
          reason,
        });
        expect(isRpcFailure(verdict)).to.equal(true);
      }
    });
  }

  it("given a request that the node refuses, when web3.js wraps it, then it is not the RPC's failure", async () => {
    for (const [code, message] of [
      [-32602, "Invalid param: WrongSize"],
      [-32601, "Method not found"],
    ] as const) {
      for (const [method, call] of Object.entries(CALLS)) {
        const fetch = async () => jsonRpcError(code, message);
        const [settled] = await Promise.allSettled([call(new Connection("http://x", { fetch }))]);
        const verdict = classify((settled as PromiseRejectedResult).reason);
        expect(verdict.kind, method).to.equal("unknown");
        expect(isRpcFailure(verdict), method).to.equal(false);
      }
    }
  });

  it("given web3.js's error for a missing blockhash or block, when it is classified, then it is retryable", () => {
    for (const message of [
      "Unable to obtain a new blockhash after 30000ms",
      "failed to get recent blockhash: Error: failed to get latest blockhash",
      "Block 7 not found",
      "Confirmed block 7 not found",
    ]) {
      expect(classify(new Error(message)).kind, message).to.equal("retryable");
    }
  });

  it("given errors of a transaction, of the code, or nothing at all, when they are classified, then the RPC is not to blame", () => {
    for (const error of [
      new RangeError("nonsense 503"),
      new Error("custom program error: 0x1"),
      { InstructionError: [0, "ComputationalBudgetExceeded"] },
      "BlockhashNotFound",
      null,
    ]) {
      expect(rpcVerdict(error), String(error)).to.equal(null);
    }
  });

  it("given the codes of a node, when the RPC's failures are told apart, then only retryable ones are its own", () => {
    for (const [kind, reason] of Object.values(RPC_VERDICTS)) {
      expect(isRpcFailure({ kind, reason })).to.equal(kind === "retryable");
    }
    expect(isRpcFailure({ kind: "retryable", reason: "PaymentNotDue" })).to.equal(false);
  });
});
