import { expect } from "chai";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { SendTransactionError, SystemProgram } from "@solana/web3.js";
import { PROGRAM_ID } from "../../src/constants";
import { MilepostError } from "../../src/errors/base";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { parseTransactionError } from "../../src/errors/parse";
import {
  ForeignProgramError,
  MilestoneProgramError,
  refuse,
  TransactionRuntimeError,
} from "../../src/errors/program";

const OURS = PROGRAM_ID.toBase58();
const TOKEN = TOKEN_PROGRAM_ID.toBase58();
const notDueLogs = [
  "Program ComputeBudget111111111111111111111111111111 invoke [1]",
  "Program ComputeBudget111111111111111111111111111111 success",
  `Program ${OURS} invoke [1]`,
  `Program ${OURS} consumed 2000 of 200000 compute units`,
  `Program ${OURS} failed: custom program error: 0x1770`,
];
const tokenLogs = [
  `Program ${OURS} invoke [1]`,
  `Program ${TOKEN} invoke [2]`,
  "Program log: Error: insufficient funds",
  `Program ${TOKEN} failed: custom program error: 0x1`,
  `Program ${OURS} failed: custom program error: 0x1`,
];

describe("parseTransactionError", () => {
  const custom = (code: number, index = 1) => ({ InstructionError: [index, { Custom: code }] });
  const shapes: [string, unknown, string[]?][] = [
    ["the err of a status", custom(6000)],
    ["a simulation's value", { err: custom(6000), logs: notDueLogs }],
    ["a simulation's response", { context: {}, value: { err: custom(6000), logs: notDueLogs } }],
    [
      "a JSON-RPC error",
      { code: -32002, message: "x", data: { err: custom(6000), logs: notDueLogs } },
    ],
    [
      "a SendTransactionError",
      new SendTransactionError({
        action: "send",
        signature: "",
        transactionMessage:
          "Transaction simulation failed: Error processing Instruction 1: custom program error: 0x1770",
        logs: notDueLogs,
      }),
    ],
    ["an Error around JSON", new Error('failed ({"InstructionError":[1,{"Custom":6000}]})')],
    ["an Error with a cause", new Error("outer", { cause: { err: custom(6000) } })],
    ["text", "Error processing Instruction 1: custom program error: 0x1770"],
    ["nothing but logs", new Error("no idea"), notDueLogs],
  ];
  for (const [name, shape, logs] of shapes) {
    it(`given ${name}, then the program's error, its instruction and a fix`, () => {
      const error = parseTransactionError(shape, { logs });
      expect(error).to.be.instanceOf(MilestoneProgramError);
      const typed = error as MilestoneProgramError;
      expect(typed.programErrorName).to.equal("PaymentNotDue");
      expect(typed.programErrorCode).to.equal(6000);
      expect(typed.instructionIndex).to.equal(1);
      expect(typed.origin).to.equal("chain");
      expect(typed.code).to.equal(MilepostErrorCode.ProgramError);
      expect(typed.fix).to.contain("Wait");
      expect(typed.cause).to.equal(shape);
    });
  }

  it("given a token program's error inside ours, then the token program's", () => {
    const error = parseTransactionError(custom(1, 0), { logs: tokenLogs });
    expect(error).to.be.instanceOf(ForeignProgramError);
    expect((error as ForeignProgramError).programErrorName).to.equal("InsufficientFunds");
    expect(error!.code).to.equal(MilepostErrorCode.TokenProgramError);
    expect((error as ForeignProgramError).programId!.equals(TOKEN_PROGRAM_ID)).to.equal(true);
  });

  it("given one of Anchor's own codes, then its name and message", () => {
    const error = parseTransactionError(custom(2000, 0), { instructionPrograms: [PROGRAM_ID] });
    expect(error!.code).to.equal(MilepostErrorCode.FrameworkError);
    expect((error as ForeignProgramError).programErrorName).to.equal("ConstraintMut");
  });

  it("given the code of an account passed twice, which Anchor's client does not know, then its name and a fix", () => {
    const error = parseTransactionError(custom(2040, 1), { instructionPrograms: [PROGRAM_ID] });
    const typed = error as ForeignProgramError;
    expect(typed.code).to.equal(MilepostErrorCode.FrameworkError);
    expect(typed.programErrorName).to.equal("ConstraintDuplicateMutableAccount");
    expect(typed.message).to.contain("Fix: Pass different accounts");
  });

  it("given our code from another program, then it is not taken for ours", () => {
    const programs = [SystemProgram.programId];
    const error = parseTransactionError(custom(6000, 0), { instructionPrograms: programs });
    expect(error).to.be.instanceOf(ForeignProgramError);
    expect(error!.code).to.equal(MilepostErrorCode.UnknownProgramError);
  });

  it("given the system program's code, then its name", () => {
    const programs = [SystemProgram.programId];
    const error = parseTransactionError(custom(1, 0), { instructionPrograms: programs });
    expect((error as ForeignProgramError).programErrorName).to.equal("ResultWithNegativeLamports");
  });

  const runtime: [string, unknown, string, number | null][] = [
    ["a name", "BlockhashNotFound", "BlockhashNotFound", null],
    ["a status with a name", { err: "AccountNotFound" }, "AccountNotFound", null],
    [
      "a builtin instruction error",
      { InstructionError: [2, "MissingRequiredSignature"] },
      "MissingRequiredSignature",
      2,
    ],
    ["rent", { InsufficientFundsForRent: { account_index: 0 } }, "InsufficientFundsForRent", null],
    [
      "text",
      new Error("Transaction simulation failed: Blockhash not found"),
      "BlockhashNotFound",
      null,
    ],
  ];
  for (const [name, shape, expected, index] of runtime) {
    it(`given ${name} of the runtime, then a runtime error`, () => {
      const error = parseTransactionError(shape);
      expect(error).to.be.instanceOf(TransactionRuntimeError);
      expect((error as TransactionRuntimeError).runtimeErrorName).to.equal(expected);
      expect((error as TransactionRuntimeError).instructionIndex).to.equal(index);
    });
  }

  it("given a value that is not a transaction's error, then null", () => {
    for (const other of [new Error("fetch failed"), undefined, null, {}, 5, "connection reset"]) {
      expect(parseTransactionError(other)).to.equal(null);
    }
  });

  it("given errors that point at each other, then it ends", () => {
    const first: { cause?: unknown } = {};
    first.cause = { cause: first };
    expect(parseTransactionError(first)).to.equal(null);
  });

  it("given an error of this SDK, then itself", () => {
    const error = refuse("PolicyPaused");
    expect(parseTransactionError(error)).to.equal(error);
  });
});

describe("MilepostError", () => {
  it("given metadata, then the message holds it and toJSON is plain", () => {
    const error = refuse("DelegateInUse", "Delegate: abc");
    expect(error.message).to.contain("DelegateInUse").and.to.contain("Delegate: abc");
    expect(JSON.parse(JSON.stringify(error))).to.deep.include({
      name: "MilestoneProgramError",
      code: MilepostErrorCode.ProgramError,
    });
    expect(error.origin).to.equal("sdk");
  });

  it("given a chain of causes, then walk finds the one that matches", () => {
    const root = new TypeError("root");
    const error = new MilepostError(MilepostErrorCode.ProgramError, "outer", {
      cause: new Error("middle", { cause: root }),
    });
    expect(error.walk((cause) => cause instanceof TypeError)).to.equal(root);
    expect(error.walk((cause) => cause instanceof RangeError)).to.equal(null);
  });

  it("given odd values, then an input error can show them", () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    for (const received of [circular, Symbol("x"), () => 1, 5n, [1n], null, -0, "x".repeat(500)]) {
      const error = new InvalidInputError({ field: "f", expected: "e", received });
      expect(error.message.length).to.be.lessThan(200);
    }
  });
});
