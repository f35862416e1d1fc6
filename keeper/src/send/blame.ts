/** Finds the members that made a transaction fail, so that the others can go on without them. */
import type { Execution, ExecutionGroup } from "@milepost/sdk";
import { ComputeBudgetProgram } from "@solana/web3.js";
import { isFeePayerShort } from "./classify";

export interface Blame<T> {
  /** Members to blame: they leave with the error. */
  blamed: T[];
  /** Members that go on together. */
  rest: T[];
  /** True when the error belongs to no member: all of them go on, or none. */
  isShared: boolean;
}

/** Errors of an exceeded compute limit: transactions that land first can raise the cost above the simulation. */
export const OF_COMPUTE: ReadonlySet<string> = new Set([
  "ComputationalBudgetExceeded",
  // A program that runs out of memory fails with it, too.
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

/** Returns true for an error about the whole transaction's size, as opposed to one of its instructions. */
export function isOfTheWhole(name: string): boolean {
  return OF_THE_WHOLE.has(name);
}

/**
 * Divides the members by the failed instruction: the member whose execution it is, or every member whose set-up it
 * is. `err` is the transaction's error, `error` its parsed form.
 */
export function blame<T extends { execution: Execution }>(
  items: readonly T[],
  group: Pick<ExecutionGroup, "instructions">,
  err: unknown,
  error: unknown,
): Blame<T> {
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

/** Returns the failed instruction. The compute limit comes before the group's instructions, and a price after them. */
function failedInstruction(err: unknown): { index: number; name: string } | null {
  const detail = (err as { InstructionError?: unknown } | null)?.InstructionError;
  if (!Array.isArray(detail) || typeof detail[0] !== "number") return null;
  return { index: detail[0], name: typeof detail[1] === "string" ? detail[1] : "Custom" };
}

/** Returns true for equal instructions: members that set up the same account share one. */
function isSame(a: Execution["instruction"], b: Execution["instruction"]): boolean {
  return (
    a === b ||
    (a.programId.equals(b.programId) &&
      a.data.equals(b.data) &&
      a.keys.length === b.keys.length &&
      a.keys.every(({ pubkey }, index) => pubkey.equals(b.keys[index]!.pubkey)))
  );
}
