import type { PublicKey } from "@solana/web3.js";
import { PROGRAM_ERRORS } from "../generated/errors";
import { MilepostError } from "./base";
import { FIXES } from "./catalog";
import { MilepostErrorCode } from "./codes";

/** Names of the program's errors, as in decisions 0001 and 0003. */
export type MilestoneErrorName = (typeof PROGRAM_ERRORS)[number]["name"];

/** Where in a transaction an error came from. */
export interface ErrorOrigin {
  /** Index of the top-level instruction; null when it isn't known or nothing was sent. */
  instructionIndex?: number | null;
  logs?: readonly string[];
  metaMessages?: string[];
  cause?: unknown;
}

/**
 * An error of the Milepost program: `programErrorName` says which. `origin` is `sdk` when the SDK saw beforehand
 * that the program would refuse, and nothing was sent.
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

/** What the SDK throws when it knows that the program would refuse. */
export function refuse(name: MilestoneErrorName, ...metaMessages: string[]): MilestoneProgramError {
  return new MilestoneProgramError(name, "sdk", { metaMessages });
}

/** The program's error of that code; null when it has none. */
export function milestoneErrorName(code: number): MilestoneErrorName | null {
  return PROGRAM_ERRORS.find((error) => error.code === code)?.name ?? null;
}

/** An error of another program that took part: a token program, the system program, Anchor's checks in ours. */
export class ForeignProgramError extends MilepostError {
  override name = "ForeignProgramError";
  /** Address of the program that refused; null when neither logs nor instructions tell. */
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

/** An error of the runtime itself: a missing signature, no SOL for the fee, an old blockhash. */
export class TransactionRuntimeError extends MilepostError {
  override name = "TransactionRuntimeError";
  /** The name in the RPC's answer, such as `BlockhashNotFound`. */
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
