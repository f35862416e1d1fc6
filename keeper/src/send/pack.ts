/** Decides which executions share a transaction, and what the transaction may cost. */
import {
  type Execution,
  type ExecutionGroup,
  groupExecutions,
  MAX_COMPUTE_UNITS,
  type PackOptions,
  SendError,
} from "@milepost/sdk";
import { ComputeBudgetProgram, PublicKey, type TransactionInstruction } from "@solana/web3.js";

export interface Packed<T> {
  groups: T[][];
  /** Items that don't fit a transaction even alone. */
  tooLarge: T[];
}

/** Groups items by their executions, as the SDK packs them. An item that fits nowhere takes no other with it. */
export function pack<T extends { execution: Execution }>(
  items: readonly T[],
  options: PackOptions & { payer: PublicKey },
): Packed<T> {
  const all = groupsOf(items, options);
  if (all) return { groups: all, tooLarge: [] };
  const isFitting = new Map(items.map((item) => [item, groupsOf([item], options) !== null]));
  return {
    groups:
      groupsOf(
        items.filter((item) => isFitting.get(item)),
        options,
      ) ?? [],
    tooLarge: items.filter((item) => !isFitting.get(item)),
  };
}

/** Returns null when one of them fits no transaction. */
function groupsOf<T extends { execution: Execution }>(
  items: readonly T[],
  options: PackOptions & { payer: PublicKey },
): T[][] | null {
  const byExecution = new Map(items.map((item) => [item.execution, item]));
  try {
    const groups = groupExecutions([...byExecution.keys()], options);
    return groups.map(({ executions }) => executions.map((each) => byExecution.get(each)!));
  } catch (error) {
    if (error instanceof SendError) return null;
    throw error;
  }
}

/** The parts of a group that make up its transaction. */
export type Contents = Pick<ExecutionGroup, "instructions" | "lookupTables">;

export interface Budget {
  computeUnitLimit: number;
  /** Price in micro-lamports per compute unit. */
  computeUnitPrice?: number;
}

/** Returns the group's instructions with this budget. A price goes to the end, so that the other indexes stay. */
export function withBudget(group: Contents, budget: Budget): TransactionInstruction[] {
  const isBudget = ({ programId }: TransactionInstruction) =>
    programId.equals(ComputeBudgetProgram.programId);
  return [
    ComputeBudgetProgram.setComputeUnitLimit({ units: budget.computeUnitLimit }),
    ...group.instructions.filter((instruction) => !isBudget(instruction)),
    ...(budget.computeUnitPrice
      ? [ComputeBudgetProgram.setComputeUnitPrice({ microLamports: budget.computeUnitPrice })]
      : []),
  ];
}

/** Percentage of the simulated units: another account's state may take a little more on chain. */
const MARGIN_PERCENT = 110;

export function computeUnitLimitFor(simulated: number): number {
  return Math.min(Math.ceil((simulated * MARGIN_PERCENT) / 100) + 300, MAX_COMPUTE_UNITS);
}
