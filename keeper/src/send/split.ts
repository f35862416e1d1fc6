/** Whose fault it is that a transaction fails, so that the others can go on without it. */
import type { Execution, ExecutionGroup } from "@milepost/sdk";
import { ComputeBudgetProgram } from "@solana/web3.js";
import { isFeePayerShort } from "./classify";

export interface Split<T> {
  /** Leave, with the error. */
  blamed: T[];
  /** Go on together. */
  rest: T[];
  /** The error belongs to no member: all of them go on, or none. */
  isShared: boolean;
}

/** More compute than the limit; what landed before it may have made it more than in the simulation. */
export const OF_COMPUTE: ReadonlySet<string> = new Set([
  "ComputationalBudgetExceeded",
  // Also of a program that runs out of memory.
  "ProgramFailedToComplete",
]);

/** Limits that all members of a transaction share: the one that meets it first is not to blame. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set([
  ...OF_COMPUTE,
  "MaxInstructionTraceLengthExceeded",
  "MaxAccountsDataAllocationsExceeded",
  "MaxAccountsExceeded",
  "MaxLoadedAccountsDataSizeExceeded",
  "TooManyAccountLocks",
]);

/** Whether an error by this name tells about a transaction's size, and not about one of its instructions. */
export function isOfTheWhole(name: string): boolean {
  return OF_THE_WHOLE.has(name);
}

/**
 * Divides the members by the failed instruction: an execution's own member, or everybody whose set-up it is. `err` is the
 * transaction's, `error` what it was parsed to.
 */
export function split<T extends { execution: Execution }>(
  items: readonly T[],
  group: ExecutionGroup,
  err: unknown,
  error: unknown,
): Split<T> {
  const isAlone = items.length === 1;
  const failed = failedInstruction(err);
  const instruction =
    failed === null || isFeePayerShort(error)
      ? undefined
      : group.instructions.filter(({ programId }) => !programId.equals(BUDGET))[failed.index - 1];
  const isWhole = failed !== null && isOfTheWhole(failed.name) && !isAlone;
  const blamed =
    instruction && !isWhole
      ? items.filter(
          ({ execution }) =>
            execution.instruction === instruction ||
            execution.setup.some((each) => isSame(each, instruction)),
        )
      : [];
  return {
    blamed,
    rest: items.filter((item) => !blamed.includes(item)),
    isShared: blamed.length === 0,
  };
}

const BUDGET = ComputeBudgetProgram.programId;

/** The compute limit is in front of the group's instructions, and a price behind them. */
function failedInstruction(err: unknown): { index: number; name: string } | null {
  const detail = (err as { InstructionError?: unknown } | null)?.InstructionError;
  if (!Array.isArray(detail) || typeof detail[0] !== "number") return null;
  return { index: detail[0], name: typeof detail[1] === "string" ? detail[1] : "Custom" };
}

/** Members that set up the same account share one instruction. */
function isSame(a: Execution["instruction"], b: Execution["instruction"]): boolean {
  return (
    a === b ||
    (a.programId.equals(b.programId) &&
      a.data.equals(b.data) &&
      a.keys.length === b.keys.length &&
      a.keys.every(({ pubkey }, index) => pubkey.equals(b.keys[index]!.pubkey)))
  );
}
