/** From whatever was thrown or answered to what to do about it. Never throws. */
import {
  ForeignProgramError,
  MilepostError,
  MilepostErrorCode,
  MilestoneProgramError,
  parseTransactionError,
  type ParseErrorOptions,
  RpcError,
  TransactionRuntimeError,
} from "@milepost/sdk";
import { SystemProgram } from "@solana/web3.js";
import type { Verdict } from "../types";
import { rpcVerdict } from "./rpc-error";
import { PROGRAM_VERDICTS, RUNTIME_VERDICTS, SDK_VERDICTS, TOKEN_VERDICTS } from "./verdicts";

/** The reason of whatever the fee payer's missing SOL makes fail. */
export const FEE_PAYER_SHORT = "FeePayerShort";

/**
 * The verdict on an error of the program, the runtime, the RPC or the SDK. Its reason is the error's name: no addresses,
 * no text of others, so that it can be a metric's label.
 * @example
 * classify({ InstructionError: [2, { Custom: 6010 }] }).kind;
 */
export function classify(error: unknown, options: ParseErrorOptions = {}): Verdict {
  const verdict = verdictOn(error, options);
  // Names come from RPCs as well, who may say anything, also what a database or a terminal can't take.
  return NAME.test(verdict.reason) ? verdict : { ...verdict, reason: UNRECOGNIZED };
}

const NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;
const UNRECOGNIZED = "Unrecognized";

function verdictOn(error: unknown, options: ParseErrorOptions): Verdict {
  const parsed =
    error instanceof RpcError
      ? (rpcVerdict(error.cause) ?? error)
      : error instanceof MilepostError
        ? error
        : (rpcVerdict(error) ?? parse(error, options));
  if (parsed === null) {
    return { kind: "unknown", reason: isTooLarge(error) ? TOO_LARGE : UNRECOGNIZED };
  }
  return parsed instanceof MilepostError ? ofMilepostError(parsed) : parsed;
}

const TOO_LARGE = "SendTooLarge";

/** Whether a node's or web3.js's words say that a transaction has more than 1,232 bytes. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && /\btoo large: \d+|encoding overruns/i.test(error.message);
}

/** Whether it is the fee payer who lacks SOL: then no policy is to blame. */
export function isFeePayerShort(error: unknown): boolean {
  if (error instanceof TransactionRuntimeError) return FEE_PAYER.has(error.runtimeErrorName);
  return (
    error instanceof ForeignProgramError &&
    error.programErrorCode === 1 &&
    (error.programId?.equals(SystemProgram.programId) ?? false)
  );
}

const FEE_PAYER = new Set([
  "AccountNotFound",
  "InsufficientFundsForFee",
  "InsufficientFundsForRent",
  "InvalidRentPayingAccount",
]);

function ofMilepostError(error: MilepostError): Verdict {
  if (isFeePayerShort(error)) return { kind: "retryable", reason: FEE_PAYER_SHORT };
  if (error instanceof MilestoneProgramError) {
    const reason = error.programErrorName;
    // A program of a later version may know more.
    return { kind: PROGRAM_VERDICTS[reason] ?? "unknown", reason };
  }
  if (error instanceof TransactionRuntimeError) {
    const reason = error.runtimeErrorName;
    return { kind: RUNTIME_VERDICTS[reason] ?? "unknown", reason };
  }
  if (error.code === MilepostErrorCode.TokenProgramError && error instanceof ForeignProgramError) {
    const name = error.programErrorName;
    return { kind: TOKEN_VERDICTS[name] ?? "unknown", reason: `Token${name}` };
  }
  const [name] = Object.entries(MilepostErrorCode).find(([, code]) => code === error.code)!;
  return { kind: SDK_VERDICTS[error.code] ?? "unknown", reason: name };
}

function parse(error: unknown, options: ParseErrorOptions): MilepostError | null {
  try {
    return parseTransactionError(
      // A status and a simulation give the bare `err`.
      typeof error === "string" ? { err: error } : error,
      options,
    );
  } catch {
    return null;
  }
}
