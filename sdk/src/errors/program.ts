import type { PublicKey } from "@solana/web3.js";
import { PROGRAM_ERRORS } from "../generated/errors";
import { MilepostError } from "./base";
import { FIXES } from "./catalog";
import { MilepostErrorCode } from "./codes";

/** Names of the program's errors, as in decisions 0001 and 0003. */
export type MilestoneErrorName = (typeof PROGRAM_ERRORS)[number]["name"];

/** Place in a transaction that an error came from. */
export interface ErrorOrigin {
  /** Index of the top-level instruction; null when it isn't known or nothing was sent. */
  instructionIndex?: number | null;
  logs?: readonly string[];
  metaMessages?: string[];
  cause?: unknown;
}

/**
 * Error of the Milepost program, named by `programErrorName`. `origin` is `sdk` when the SDK foresaw the refusal and sent
 * nothing.
 * @example
 * if (error instanceof MilestoneProgramError && error.programErrorName === "PaymentNotDue") retryLater();
 */
export class MilestoneProgramError extends MilepostError {
  override name = "MilestoneProgramError";
  /** Name of the program's error, such as `PaymentNotDue`. */
  readonly programErrorName: MilestoneErrorName;
  /** Number of the program's error, from 6000. */
  readonly programErrorCode: number;
  /** Index of the top-level instruction that failed; null when it is not known or nothing was sent. */
  readonly instructionIndex: number | null;
  /** Source of the error: `chain` for an answer of the program, `sdk` when the SDK foresaw it and sent nothing. */
  readonly origin: "chain" | "sdk";
  /** Advice on what to do; empty when there is none. */
  readonly fix: string;
  /** Log lines of the transaction; empty when they are not known or nothing was sent. */
  readonly logs: readonly string[];

  constructor(
    programErrorName: MilestoneErrorName,
    origin: "chain" | "sdk",
    details: ErrorOrigin = {},
  ) {
    const entry = PROGRAM_ERRORS.find(({ name }) => name === programErrorName);
    const fix = FIXES[programErrorName] ?? "";
    const index = details.instructionIndex ?? null;
    super(
      MilepostErrorCode.ProgramError,
      `${programErrorName}: ${(entry?.msg ?? "the program refused").replace(/\.$/, "")}.`,
      {
        metaMessages: [
          ...(details.metaMessages ?? []),
          ...(index === null ? [] : [`Instruction: ${index}`]),
          ...(fix ? [`Fix: ${fix}`] : []),
        ],
        cause: details.cause,
      },
    );
    this.programErrorName = programErrorName;
    this.programErrorCode = entry?.code ?? 0;
    this.instructionIndex = index;
    this.origin = origin;
    this.fix = fix;
    this.logs = details.logs ?? [];
  }
}

/** Returns the error to throw when the SDK knows that the program would refuse. */
export function refuse(name: MilestoneErrorName, ...metaMessages: string[]): MilestoneProgramError {
  return new MilestoneProgramError(name, "sdk", { metaMessages });
}

/** Error of the program, for people: what is wrong and what to do. */
export interface ProgramErrorText {
  /** Number of the error, from 6000. */
  code: number;
  /** Name of the error, such as `PaymentNotDue`. */
  name: MilestoneErrorName;
  /** Message that says what is wrong. */
  message: string;
  /** Advice on what to do; empty when there is none. */
  fix: string;
}

/**
 * Returns name, message and fix of the program's error with that code; null when it has none.
 * @example
 * programErrorText(6000)?.fix; // "Wait until the chain's clock reaches the milestone's timestamp."
 */
export function programErrorText(code: number): ProgramErrorText | null {
  const entry = PROGRAM_ERRORS.find((error) => error.code === code);
  return entry
    ? { code, name: entry.name, message: entry.msg, fix: FIXES[entry.name] ?? "" }
    : null;
}

/** Returns the name of the program's error with that code; null when it has none. */
export function milestoneErrorName(code: number): MilestoneErrorName | null {
  return PROGRAM_ERRORS.find((error) => error.code === code)?.name ?? null;
}

/** Error of another program in the transaction: a token program, the System program, or Anchor's checks. */
export class ForeignProgramError extends MilepostError {
  override name = "ForeignProgramError";
  /** Address of the program that refused; null when neither logs nor instructions name it. */
  readonly programId: PublicKey | null;
  /** Name of that program's error, such as `InsufficientFunds`; `custom error 0x...` when it is not known. */
  readonly programErrorName: string;
  /** Number of that program's error. */
  readonly programErrorCode: number;
  /** Index of the top-level instruction that failed; null when it is not known. */
  readonly instructionIndex: number | null;
  /** Log lines of the transaction; empty when they are not known. */
  readonly logs: readonly string[];

  constructor(
    code: MilepostErrorCode,
    program: { label: string; id: PublicKey | null; errorName: string; errorCode: number },
    fix: string | undefined,
    details: ErrorOrigin,
  ) {
    const index = details.instructionIndex ?? null;
    super(code, `${program.label} refused with ${program.errorName} (${program.errorCode}).`, {
      metaMessages: [
        ...(details.metaMessages ?? []),
        ...(index === null ? [] : [`Instruction: ${index}`]),
        ...(fix ? [`Fix: ${fix}`] : []),
      ],
      cause: details.cause,
    });
    this.programId = program.id;
    this.programErrorName = program.errorName;
    this.programErrorCode = program.errorCode;
    this.instructionIndex = index;
    this.logs = details.logs ?? [];
  }
}

/** Error of the runtime itself: a missing signature, no SOL for the fee, an old blockhash. */
export class TransactionRuntimeError extends MilepostError {
  override name = "TransactionRuntimeError";
  /** Name in the RPC's answer, such as `BlockhashNotFound`. */
  readonly runtimeErrorName: string;
  /** Index of the top-level instruction that failed; null when it is not known. */
  readonly instructionIndex: number | null;
  /** Log lines of the transaction; empty when they are not known. */
  readonly logs: readonly string[];

  constructor(runtimeErrorName: string, fix: string | undefined, details: ErrorOrigin) {
    const index = details.instructionIndex ?? null;
    super(MilepostErrorCode.RuntimeError, `The transaction failed: ${runtimeErrorName}.`, {
      metaMessages: [
        ...(index === null ? [] : [`Instruction: ${index}`]),
        ...(fix ? [`Fix: ${fix}`] : []),
      ],
      cause: details.cause,
    });
    this.runtimeErrorName = runtimeErrorName;
    this.instructionIndex = index;
    this.logs = details.logs ?? [];
  }
}
