/** Classifies errors and answers by the keeper's reaction to them. Never throws. */
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
import {
  PROGRAM_VERDICTS,
  RUNTIME_VERDICTS,
  SDK_VERDICTS,
  TOKEN_VERDICTS,
  type Verdict,
} from "./verdicts";
import { rpcVerdict } from "./rpc-error";

/** Reason of every failure that the fee payer's missing SOL causes. */
export const FEE_PAYER_SHORT = "FeePayerShort";

/**
 * Returns the verdict on an error of the program, the runtime, the RPC or the SDK. Its reason is the error's name,
 * without addresses or foreign text, so that it can be a metric's label.
 * @example
 * classify({ InstructionError: [2, { Custom: 6010 }] }).kind;
 */
export function classify(error: unknown, options: ParseErrorOptions = {}): Verdict {
  const verdict = verdictOn(error, options);
  // Names come from RPCs as well. They may send anything, including text that a database or a terminal rejects.
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

/** Returns true when a node or web3.js says that a transaction has more than 1,232 bytes. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && /\btoo large: \d+|encoding overruns/i.test(error.message);
}

/** Returns true when the fee payer lacks SOL: then no policy is to blame. */
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
    // A later version of the program may have more errors.
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
      // A status and a simulation return the bare `err`.
      typeof error === "string" ? { err: error } : error,
      options,
    );
  } catch {
    return null;
  }
}
