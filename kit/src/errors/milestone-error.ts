import { type ProgramErrorText, programErrorText } from "@milepost/sdk/rules";
import { type Address, isSolanaError, SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM } from "@solana/kit";
import type { MilestoneError } from "../generated/errors";
import { MILESTONE_PROGRAM_ADDRESS } from "../generated/programs";

/** Error of the Milepost program, found in a failed transaction. */
export interface FoundMilestoneError extends ProgramErrorText {
  /** Number of the error, one of the `MILESTONE_ERROR__` constants. */
  code: MilestoneError;
  /** Index of the top-level instruction that failed. */
  instructionIndex: number;
}

/** Facts that tell errors of the Milepost program from those of another program with the same number. */
export interface FindErrorOptions {
  /** Message that failed: its instructions name their programs. Needed when the error has no logs. */
  transactionMessage?: { instructions: Readonly<Record<number, { programAddress: Address }>> };
  /** Address of the Milepost program. Default: `MILESTONE_PROGRAM_ADDRESS`. */
  programAddress?: Address;
}

/**
 * Returns the error of the Milepost program in what kit threw; null when there is none. It reads the causes of the error as
 * well. When the logs or the message say which program failed, only errors of the Milepost program count.
 * @example
 * const found = findMilestoneError(error);
 * if (found) console.error(`${found.name}: ${found.message}. ${found.fix}`);
 */
export function findMilestoneError(
  error: unknown,
  options: FindErrorOptions = {},
): FoundMilestoneError | null {
  const { transactionMessage, programAddress = MILESTONE_PROGRAM_ADDRESS } = options;
  const chain = causesOf(error);
  const custom = chain.find((one) => isSolanaError(one, SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM));
  if (!isSolanaError(custom, SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM)) return null;
  const { code, index } = custom.context;
  const text = programErrorText(Number(code));
  if (!text) return null;
  const failed = failedProgram(chain) ?? transactionMessage?.instructions[index]?.programAddress;
  if (failed !== undefined && failed !== programAddress) return null;
  return { ...text, code: text.code as MilestoneError, instructionIndex: index };
}

/**
 * Returns true when kit threw for an error of the Milepost program, and for this one when `code` is given.
 * @example
 * if (isMilestoneError(error, MILESTONE_ERROR__PAYMENT_NOT_DUE)) retryLater();
 */
export function isMilestoneError(
  error: unknown,
  code?: MilestoneError,
  options: FindErrorOptions = {},
): error is Error {
  const found = findMilestoneError(error, options);
  return found !== null && (code === undefined || found.code === code);
}

/**
 * Returns the message of one of the program's errors and what to do about it.
 * @example
 * getMilestoneErrorMessage(MILESTONE_ERROR__PAYMENT_NOT_DUE);
 */
export function getMilestoneErrorMessage(code: MilestoneError): string {
  const text = programErrorText(code);
  return text ? `${text.name}: ${text.message}. Fix: ${text.fix}` : `Unknown error ${code}.`;
}

/** Most causes to follow: errors may refer to each other. */
const MAX_DEPTH = 10;

function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let next = error; next && chain.length < MAX_DEPTH;) {
    chain.push(next);
    next = (next as { cause?: unknown }).cause;
  }
  return chain;
}

/** Returns the program that failed first, by the logs of a simulation. The programs above it repeat its error. */
function failedProgram(chain: readonly unknown[]): string | undefined {
  for (const one of chain) {
    const { logs } = (one as { context?: { logs?: unknown } }).context ?? {};
    if (!Array.isArray(logs)) continue;
    for (const line of logs) {
      const match = /^Program (\w{32,44}) failed: /.exec(String(line));
      if (match) return match[1];
    }
  }
  return undefined;
}
