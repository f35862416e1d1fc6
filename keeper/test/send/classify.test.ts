import { expect } from "chai";
import {
  AccountNotFoundError,
  IDL,
  MilepostErrorCode,
  MilestoneProgramError,
  SendError,
} from "@milepost/sdk";
import { SolanaJSONRPCError, SystemProgram } from "@solana/web3.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { INSTRUCTION_ERROR_NAMES, TRANSACTION_ERROR_NAMES } from "../../../tests/harness";
import { FIXES, RUNTIME_FIXES, TOKEN_ERRORS, TOKEN_FIXES } from "../../../sdk/src/errors/catalog";
import { backoffSeconds } from "../../src/send/backoff";
import { classify } from "../../src/send/classify";
import {
  PROGRAM_VERDICTS,
  RUNTIME_VERDICTS,
  SDK_VERDICTS,
  TOKEN_VERDICTS,
} from "../../src/send/verdicts";
import { key } from "../harness/accounts";

const KINDS = ["retryable", "waiting", "terminal", "unknown"];
const capitalize = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
/** Returns an error of the program as a status reports it. */
const landed = (name: string) => {
  const { code } = IDL.errors.find((error) => capitalize(error.name) === name)!;
  return { InstructionError: [2, { Custom: code }] };
};

describe("send: the meaning of an error", () => {
  it("given every error of the program, when it is classified, then the table has it, under its own name", () => {
    const names = IDL.errors.map(({ name }) => capitalize(name));
    expect(Object.keys(PROGRAM_VERDICTS).sort()).to.deep.equal([...names].sort());
    for (const name of names) {
      const { kind, reason } = classify(landed(name));
      expect(reason).to.equal(name);
      expect(kind)
        .to.be.oneOf(KINDS)
        .and.to.equal(PROGRAM_VERDICTS[name as "PaymentNotDue"]);
    }
  });

  it("given the SDK's catalog, when its errors are looked up, then each has a verdict", () => {
    expect(Object.keys(PROGRAM_VERDICTS)).to.include.members(Object.keys(FIXES));
    expect(Object.keys(RUNTIME_VERDICTS)).to.include.members(
      // The keeper's transactions lack no signature; if one did, the keeper would read the accounts.
      Object.keys(RUNTIME_FIXES).filter((name) => name !== "MissingRequiredSignature"),
    );
    const payable = Object.keys(TOKEN_FIXES).filter((name) => !/Approve/.test(name));
    expect(Object.keys(TOKEN_VERDICTS)).to.include.members(payable);
    for (const name of Object.keys(TOKEN_VERDICTS)) expect(TOKEN_ERRORS).to.include(name);
    expect(Object.keys(SDK_VERDICTS).map(Number)).to.have.members(Object.values(MilepostErrorCode));
  });

  it("given every error of the runtime, when it is classified, then another attempt repairs it, or it is unknown", () => {
    const known = new Set([...TRANSACTION_ERROR_NAMES, ...INSTRUCTION_ERROR_NAMES]);
    for (const name of Object.keys(RUNTIME_VERDICTS)) {
      // The RPC's own names for the three that carry an account.
      if (/Restricted|ForRent$/.test(name)) continue;
      expect(known, name).to.include(name);
    }
    for (const name of TRANSACTION_ERROR_NAMES) {
      expect(classify(name).kind, name).to.equal(RUNTIME_VERDICTS[name] ?? "unknown");
    }
    for (const name of INSTRUCTION_ERROR_NAMES) {
      const { kind } = classify({ InstructionError: [1, name] });
      expect(kind, name).to.equal(RUNTIME_VERDICTS[name] ?? "unknown");
    }
  });

  const failing = (id: { toBase58(): string }, code: number) => [
    `Program ${id.toBase58()} failed: custom program error: 0x${code.toString(16)}`,
  ];
  for (const [name, error, kind, reason] of [
    ["an early payment", landed("PaymentNotDue"), "retryable", "PaymentNotDue"],
    ["a revoked delegation", landed("DelegationRevoked"), "waiting", "DelegationRevoked"],
    [
      "a paid milestone",
      landed("MilestoneAlreadyReleased"),
      "terminal",
      "MilestoneAlreadyReleased",
    ],
    ["an old blockhash", "BlockhashNotFound", "retryable", "BlockhashNotFound"],
    ["the same bytes again", "AlreadyProcessed", "unknown", "AlreadyProcessed"],
    ["an empty fee payer", "InsufficientFundsForFee", "retryable", "FeePayerShort"],
    [
      "rent that is missing",
      { InsufficientFundsForRent: { account_index: 1 } },
      "retryable",
      "FeePayerShort",
    ],
    [
      "a token account that is empty",
      Object.assign(new Error(), {
        logs: failing(TOKEN_PROGRAM_ID, 1),
        err: { InstructionError: [2, { Custom: 1 }] },
      }),
      "waiting",
      "TokenInsufficientFunds",
    ],
    [
      "a payer without rent for a new account",
      Object.assign(new Error(), {
        logs: failing(SystemProgram.programId, 1),
        err: { InstructionError: [1, { Custom: 1 }] },
      }),
      "retryable",
      "FeePayerShort",
    ],
    [
      "an account that is gone",
      new AccountNotFoundError("mint", key("m")),
      "unknown",
      "AccountNotFound",
    ],
    [
      "an unconfirmed one",
      new SendError(MilepostErrorCode.SendUnconfirmed, "no answer"),
      "unknown",
      "SendUnconfirmed",
    ],
    [
      "what the SDK refuses",
      new MilestoneProgramError("EscrowClosed", "sdk"),
      "terminal",
      "EscrowClosed",
    ],
    ["a rate limit", new Error("429 Too Many Requests: {}"), "retryable", "RpcRateLimited"],
    ["a bad gateway", new Error("502 Bad Gateway: <html>"), "retryable", "RpcUnavailable"],
    ["a refused request", new Error("403 Forbidden: key"), "retryable", "RpcRequestRefused"],
    ["garbage", new SyntaxError("Unexpected token '<'"), "retryable", "RpcGarbage"],
    ["a timeout", new DOMException("over", "TimeoutError"), "retryable", "RpcTimeout"],
    [
      "a dead RPC",
      Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } }),
      "retryable",
      "RpcUnavailable",
    ],
    [
      "a slow RPC",
      Object.assign(new TypeError("fetch failed"), { cause: { code: "UND_ERR_HEADERS_TIMEOUT" } }),
      "retryable",
      "RpcTimeout",
    ],
    [
      "a node that is behind",
      new SolanaJSONRPCError({ code: -32005, message: "Node is behind by 42 slots" }),
      "retryable",
      "RpcBehind",
    ],
    [
      "a context slot that was not reached",
      new SolanaJSONRPCError({
        code: -32016,
        message: "Minimum context slot has not been reached",
      }),
      "retryable",
      "RpcBehind",
    ],
    [
      "bytes that the node can't read",
      new SolanaJSONRPCError({ code: -32602, message: "failed to deserialize" }),
      "unknown",
      "RpcRequestRefused",
    ],
    [
      "a preflight that fails",
      new SolanaJSONRPCError({
        code: -32002,
        message: "Transaction simulation failed",
        data: { err: landed("PolicyPaused"), logs: [] },
      }),
      "waiting",
      "PolicyPaused",
    ],
    ["nothing", undefined, "unknown", "Unrecognized"],
    ["a mistake in the code", new RangeError("nonsense"), "unknown", "Unrecognized"],
  ] as const) {
    it(`given ${name}, when it is classified, then it is ${kind}`, () => {
      expect(classify(error)).to.deep.equal({ kind, reason });
    });
  }
});

describe("send: delays", () => {
  it("given attempts, when the random number is at its maximum, then the ceiling doubles from 30 s to an hour", () => {
    const ceilings = [0, 1, 2, 6, 7, 50, 1e9].map((n) => backoffSeconds(n, () => 1));
    expect(ceilings).to.deep.equal([30, 60, 120, 1_920, 3_600, 3_600, 3_600]);
  });

  it("given a random number, when it is small, then the delay is small as well: full jitter", () => {
    expect(backoffSeconds(3, () => 0)).to.equal(0);
    expect(backoffSeconds(3, () => 0.25)).to.equal(60);
  });
});
