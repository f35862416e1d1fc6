/** Every error of the program is found in what kit throws, and no error of another program is. */
import { IDL, PROGRAM_ID } from "@milepost/sdk";
import {
  type Address,
  getSolanaErrorFromTransactionError,
  SOLANA_ERROR__FAILED_TO_SEND_TRANSACTION,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
  SolanaError,
} from "@solana/kit";
import { expect } from "chai";
import * as client from "../../src";

const OTHER = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA" as Address;
const failedWith = (code: number, index = 0) =>
  getSolanaErrorFromTransactionError({ InstructionError: [index, { Custom: code }] });
const failedLog = (program: string) => [
  `Program ${program} invoke [1]`,
  `Program ${program} failed: custom program error: 0x1770`,
];

/** Error of a simulation before sending, as kit throws it. */
function preflightOf(code: number, logs: string[]): Error {
  return new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE, {
    cause: failedWith(code),
    ...{ accounts: null, logs, returnData: null, unitsConsumed: 0n },
  } as never);
}

describe("errors", () => {
  for (const { code, name, msg } of IDL.errors) {
    it(`finds ${name}, with its text and a fix`, () => {
      const found = client.findMilestoneError(failedWith(code, 2));
      const title = name[0]!.toUpperCase() + name.slice(1);
      expect(found).to.include({ code, name: title, message: msg, instructionIndex: 2 });
      const constant = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      const value = (client as unknown as Record<string, unknown>)[`MILESTONE_ERROR__${constant}`];
      expect(value).to.equal(code);
      expect(client.isMilestoneError(failedWith(code), code as client.MilestoneError)).to.equal(
        true,
      );
      expect(client.getMilestoneErrorMessage(code as client.MilestoneError)).to.match(
        new RegExp(`^${title}: .*\\. Fix: .+\\.$`),
      );
    });
  }

  const PAYMENT_NOT_DUE = client.MILESTONE_ERROR__PAYMENT_NOT_DUE;

  it("tells one error from another", () => {
    const error = failedWith(client.MILESTONE_ERROR__POLICY_PAUSED);
    expect(client.isMilestoneError(error)).to.equal(true);
    expect(client.isMilestoneError(error, PAYMENT_NOT_DUE)).to.equal(false);
  });

  it("finds it behind the error of a simulation, and behind a failed plan", () => {
    const preflight = preflightOf(PAYMENT_NOT_DUE, failedLog(PROGRAM_ID.toBase58()));
    expect(client.isMilestoneError(preflight, PAYMENT_NOT_DUE)).to.equal(true);
    const plan = new SolanaError(SOLANA_ERROR__FAILED_TO_SEND_TRANSACTION, {
      ...{ cause: preflight, causeMessage: "", logs: [], preflightData: undefined },
      transactionPlanResult: undefined,
    } as never);
    expect(client.isMilestoneError(plan, PAYMENT_NOT_DUE)).to.equal(true);
  });

  it("leaves the same number of another program, by the logs or by the message", () => {
    expect(client.isMilestoneError(preflightOf(PAYMENT_NOT_DUE, failedLog(OTHER)))).to.equal(false);
    const message = (programAddress: Address) => ({ instructions: [{ programAddress }] });
    const found = (transactionMessage: ReturnType<typeof message>) =>
      client.isMilestoneError(failedWith(PAYMENT_NOT_DUE), undefined, { transactionMessage });
    expect(found(message(OTHER))).to.equal(false);
    expect(found(message(client.MILESTONE_PROGRAM_ADDRESS))).to.equal(true);
  });

  it("follows another address of the program", () => {
    const error = preflightOf(PAYMENT_NOT_DUE, failedLog(OTHER));
    const options = { programAddress: OTHER };
    expect(client.isMilestoneError(error, PAYMENT_NOT_DUE, options)).to.equal(true);
  });

  it("finds nothing in other values, nor in causes that lead in a circle", () => {
    const circle = new Error("a");
    circle.cause = circle;
    const values = [undefined, null, 6000, "x", {}, new Error("x"), circle, failedWith(1)];
    for (const value of values) expect(client.findMilestoneError(value)).to.equal(null);
  });
});
