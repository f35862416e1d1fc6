/** A sentence and a next step for every error: of the SDK, of the program, of a wallet, of an RPC. */
import {
  IDL,
  MilepostError,
  MilepostErrorCode,
  MilestoneProgramError,
  type MilestoneErrorName,
  parseTransactionError,
  SendError,
} from "@milepost/sdk";
import { expect } from "chai";
import { explainProblem } from "../../src/problems/explain-problem";
import type { Problem } from "../../src/problems/problem";
import { walletFailure } from "../../src/problems/wallet-problems";

function requireWhole({ code, title, text, nextStep }: Problem): void {
  expect(code).to.match(/^[a-z]+(\.\w+)?$/i);
  expect(title, code).to.match(/^[A-Z].*[^.]$/);
  expect(text, code).to.match(/^[A-Z].*[.?!]$/s);
  expect(nextStep, code).to.match(/^[A-Z].*[.?!]$/s);
}

describe("explainProblem", () => {
  it("has a sentence and a next step for each code of the SDK", () => {
    for (const [name, code] of Object.entries(MilepostErrorCode)) {
      const problem = explainProblem(new MilepostError(code, `Something about ${name}.`));
      requireWhole(problem);
    }
  });

  it("has them for each error of the program, under the program's name", () => {
    for (const { name } of IDL.errors) {
      const error = name[0]!.toUpperCase() + name.slice(1);
      const problem = explainProblem(new MilestoneProgramError(error as MilestoneErrorName, "sdk"));
      requireWhole(problem);
      expect(problem.code).to.equal(`program.${error}`);
    }
  });

  it("says of an unconfirmed transaction that it may still land, and offers no second sending", () => {
    const error = new SendError(MilepostErrorCode.SendUnconfirmed, "No proof either way.");
    const problem = explainProblem(error);
    expect(problem).to.include({ code: "send.unconfirmed", canRetry: false });
    expect(problem.text).to.contain("may still land");
  });

  it("finds the problem in the cause, where the SDK wrapped a wallet's error", () => {
    const cause = walletFailure("wrongAccount");
    const error = new SendError(MilepostErrorCode.SendWalletFailed, "It failed.", { cause });
    expect(explainProblem(error)).to.equal(cause.problem);
    const circle: { cause?: unknown } = {};
    circle.cause = circle;
    expect(explainProblem(circle).code).to.equal("unknown");
  });

  it("explains failures of the runtime, the token programs and the network", () => {
    const codeOf = (error: unknown) => explainProblem(error).title;
    expect(codeOf(parseTransactionError("InsufficientFundsForFee"))).to.equal("Not enough SOL");
    expect(codeOf(new TypeError("Failed to fetch"))).to.equal("No connection to the network");
    for (const text of [
      "Failed to fetch dynamically imported module: https://pay.example/assets/send-run.js",
      "error loading dynamically imported module: https://pay.example/assets/send-run.js",
      "Importing a module script failed.",
    ]) {
      expect(codeOf(new TypeError(text))).to.equal("A part of this page could not be loaded");
    }
    for (const text of ["429 Too Many Requests: slow down", "503 Service Unavailable: <html>"]) {
      expect(codeOf(new Error(text))).to.equal("The network's node refused to answer");
    }
    const custom = { InstructionError: [0, { Custom: 1 }] };
    const logs = [
      "Program TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA failed: custom program error: 0x1",
    ];
    expect(codeOf(parseTransactionError(custom, { logs }))).to.equal("Not enough tokens");
    for (const error of [null, undefined, "text", new Error("no more"), {}])
      requireWhole(explainProblem(error));
  });
});
