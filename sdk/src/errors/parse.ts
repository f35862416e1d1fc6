import { PublicKey, SystemProgram } from "@solana/web3.js";
import { PROGRAM_ID, TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "../constants";
import { ANCHOR_ERRORS } from "./anchor-errors";
import { MilepostError } from "./base";
import { RUNTIME_FIXES, SYSTEM_ERRORS, TOKEN_ERRORS, TOKEN_FIXES } from "./catalog";
import { MilepostErrorCode } from "./codes";
import { type Failure, readFailure } from "./failure";
import {
  type ErrorOrigin,
  ForeignProgramError,
  milestoneErrorName,
  MilestoneProgramError,
  TransactionRuntimeError,
} from "./program";

/** Context of a failed transaction that its error may lack. */
export interface ParseErrorOptions {
  /** Logs of the transaction, when the error itself lacks them. */
  logs?: readonly string[] | null;
  /** Programs of the transaction's instructions, which attribute a code when there are no logs. */
  instructionPrograms?: readonly PublicKey[];
  /** Address of the Milepost program. Default: `PROGRAM_ID`. */
  programId?: PublicKey;
}

/**
 * Returns the typed error of a failed transaction, from a `SendTransactionError`, the `err` of a status or a simulation
 * (`{ InstructionError: [i, { Custom }] }`), an RPC answer, or text. Null when it holds no transaction error.
 * @example
 * try { await connection.sendRawTransaction(bytes); } catch (error) {
 *   throw parseTransactionError(error) ?? error;
 * }
 */
export function parseTransactionError(
  error: unknown,
  options: ParseErrorOptions = {},
): MilepostError | null {
  if (error instanceof MilepostError) return error;
  const failure = readFailure(error, options.logs ?? []);
  if (!failure) return null;
  const details: ErrorOrigin = {
    instructionIndex: failure.instructionIndex,
    logs: failure.logs,
    cause: error,
  };
  if (failure.customCode === null) {
    return new TransactionRuntimeError(failure.name, RUNTIME_FIXES[failure.name], details);
  }
  return fromCustomCode(failure.customCode, failingProgram(failure, options), details, options);
}

function failingProgram(failure: Failure, options: ParseErrorOptions): PublicKey | null {
  // The innermost program fails first; the ones above it repeat its error.
  for (const line of failure.logs) {
    const match = /^Program (\w{32,44}) failed: /.exec(line);
    if (match) return new PublicKey(match[1]!);
  }
  const index = failure.instructionIndex;
  return index === null ? null : (options.instructionPrograms?.[index] ?? null);
}

function fromCustomCode(
  code: number,
  program: PublicKey | null,
  details: ErrorOrigin,
  options: ParseErrorOptions,
): MilepostError {
  const ours = options.programId ?? PROGRAM_ID;
  if (!program || program.equals(ours)) {
    const name = milestoneErrorName(code);
    if (name) return new MilestoneProgramError(name, "chain", details);
    const framework = frameworkError(code, program, details);
    if (framework) return framework;
  }
  // Without logs, a token program's error may look like the program's own: its CPI fails with the same code.
  const isToken =
    program && (program.equals(TOKEN_PROGRAM_ID) || program.equals(TOKEN_2022_PROGRAM_ID));
  const tokenError = TOKEN_ERRORS[code];
  if ((isToken || !program || program.equals(ours)) && tokenError) {
    const about = {
      label: "The token program",
      id: program,
      errorName: tokenError,
      errorCode: code,
    };
    return new ForeignProgramError(
      MilepostErrorCode.TokenProgramError,
      about,
      TOKEN_FIXES[tokenError],
      details,
    );
  }
  const isSystem = program?.equals(SystemProgram.programId) ?? false;
  const about = {
    label: isSystem ? "The system program" : `Program ${program?.toBase58() ?? "(unknown)"}`,
    id: program,
    errorName:
      (isSystem ? SYSTEM_ERRORS[code] : undefined) ?? `custom error 0x${code.toString(16)}`,
    errorCode: code,
  };
  const fix = isSystem && code === 1 ? RUNTIME_FIXES.InsufficientFundsForRent : undefined;
  return new ForeignProgramError(MilepostErrorCode.UnknownProgramError, about, fix, details);
}

/** Errors of the framework that the program is built with, and that Anchor's clients do not know: with a fix. */
const NEWER_FRAMEWORK_ERRORS: Readonly<
  Record<number, readonly [name: string, message: string, fix: string]>
> = {
  2040: [
    "ConstraintDuplicateMutableAccount",
    "One account was passed twice, and the instruction may write to it",
    "Pass different accounts: a recipient or a destination is not an account that the instruction changes.",
  ],
};

function frameworkError(
  code: number,
  program: PublicKey | null,
  details: ErrorOrigin,
): MilepostError | null {
  const newer = NEWER_FRAMEWORK_ERRORS[code];
  const known = ANCHOR_ERRORS[code] ?? newer;
  if (!known) return null;
  const [name, message] = known;
  const about = { label: "Anchor's checks", id: program, errorName: name, errorCode: code };
  return new ForeignProgramError(MilepostErrorCode.FrameworkError, about, newer?.[2], {
    ...details,
    metaMessages: [message],
  });
}
