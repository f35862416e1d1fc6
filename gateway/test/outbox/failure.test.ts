import {
  ForeignProgramError,
  MilepostErrorCode,
  parseTransactionError,
  PROGRAM_ID,
  RpcError,
  SendError,
} from "@milepost/sdk";
import { SystemProgram } from "@solana/web3.js";
import { expect } from "chai";
import { GatewayError } from "../../src/errors/gateway-error";
import { failureOf, type Stage } from "../../src/outbox/failure";

const sendError = (code: SendError["code"]) => new SendError(code as never, "text");
const programError = parseTransactionError(
  { InstructionError: [0, { Custom: 6000 }] },
  { instructionPrograms: [PROGRAM_ID] },
);

describe("failureOf", () => {
  const cases: [string, unknown, Stage, object][] = [
    [
      "a blockhash that expired",
      sendError(MilepostErrorCode.SendBlockhashExpired),
      "first-send",
      { kind: "expired" },
    ],
    [
      "a confirmation that did not come",
      sendError(MilepostErrorCode.SendUnconfirmed),
      "first-send",
      { kind: "trouble", isDead: false },
    ],
    [
      "a node that calls sent bytes invalid",
      sendError(MilepostErrorCode.SendRejected),
      "first-send",
      { kind: "trouble", isDead: false },
    ],
    [
      "a resent transaction that landed and failed",
      sendError(MilepostErrorCode.SendRejected),
      "resend",
      { kind: "refused", key: "SendRejected" },
    ],
    [
      "a missing signature",
      sendError(MilepostErrorCode.SendMissingSigner),
      "build",
      { kind: "refused", key: "4000" },
    ],
    ["the program's error in a simulation", programError, "build", { kind: "refused" }],
    ["the program's error once landed", programError, "first-send", { kind: "refused" }],
    [
      "a fee payer without SOL in a simulation",
      parseTransactionError("InsufficientFundsForFee"),
      "build",
      { kind: "trouble", isDead: false },
    ],
    [
      "a fee payer whose rent fell short once landed",
      parseTransactionError({ InsufficientFundsForRent: { account_index: 0 } }),
      "resend",
      { kind: "trouble", isDead: true },
    ],
    [
      "another account without rent",
      parseTransactionError({ InsufficientFundsForRent: { account_index: 2 } }),
      "build",
      { kind: "refused", key: "InsufficientFundsForRent" },
    ],
    [
      "a sponsor without lamports for an account",
      parseTransactionError(
        { InstructionError: [0, { Custom: 1 }] },
        { instructionPrograms: [SystemProgram.programId] },
      ) as ForeignProgramError,
      "build",
      { kind: "trouble", isDead: false },
    ],
    [
      "an RPC that does not answer",
      new RpcError(MilepostErrorCode.RpcUnreachable, "The RPC did not answer.", {
        method: "getSlot",
        endpoint: null,
      }),
      "build",
      { kind: "trouble", isDead: false },
    ],
    [
      "the gateway's own refusal",
      new GatewayError("invalid_request", "currency: expected USDC"),
      "build",
      { kind: "refused", key: "invalid_request" },
    ],
    [
      "a chain that is unavailable",
      new GatewayError("chain_unavailable", "no RPC answers"),
      "build",
      { kind: "trouble", isDead: false },
    ],
    ["any other error", new TypeError("fetch failed"), "build", { kind: "trouble" }],
    ["the program's error while a landed job is read", programError, "landed", { kind: "trouble" }],
  ];
  for (const [name, error, stage, expected] of cases) {
    it(`takes ${name} for ${JSON.stringify(expected)} at ${stage}`, () => {
      expect(failureOf(error, stage)).to.deep.include(expected);
    });
  }

  it("keeps no control characters in the text, which the database would refuse", () => {
    expect(failureOf(new Error("a\u0000b"), "build")).to.deep.include({ text: "a b" });
  });
});
