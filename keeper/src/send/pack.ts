/** Which executions share a transaction, and what the transaction may cost. */
import {
  type Execution,
  type ExecutionGroup,
  groupExecutions,
  MAX_COMPUTE_UNITS,
  type MilestoneContext,
  parseTransactionError,
  type PackOptions,
  type PriorityFeeOptions,
  SendError,
} from "@milepost/sdk";
import {
  ComputeBudgetProgram,
  PublicKey,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";

export interface Packed<T> {
  groups: T[][];
  /** Don't fit a transaction even alone. */
  tooLarge: T[];
}

/** Groups whatever holds an execution, as the SDK packs them. One that fits nowhere takes none of the others with it. */
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

/** Null when one of them fits no transaction. */
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

/** Of a group, what makes its transaction. */
export type Contents = Pick<ExecutionGroup, "instructions" | "lookupTables">;

export type Simulation =
  | { isOk: true; computeUnits: number }
  /** Indexes in `error` and `err` are those of the group's instructions. */
  | { isOk: false; err: unknown; error: unknown };

/** Runs the group with the highest compute limit, unsigned and with any blockhash. Rejects when the RPC does. */
export async function simulateGroup(
  context: MilestoneContext,
  payer: PublicKey,
  group: Contents,
): Promise<Simulation> {
  const instructions = withBudget(group, { computeUnitLimit: MAX_COMPUTE_UNITS });
  const message = new TransactionMessage({
    payerKey: payer,
    recentBlockhash: PublicKey.default.toBase58(),
    instructions,
  }).compileToV0Message([...group.lookupTables]);
  const { value } = await context.connection.simulateTransaction(
    new VersionedTransaction(message),
    {
      sigVerify: false,
      replaceRecentBlockhash: true,
      commitment: context.commitment,
    },
  );
  if (!value.err) return { isOk: true, computeUnits: value.unitsConsumed ?? MAX_COMPUTE_UNITS };
  const error = parseTransactionError(value.err, {
    logs: value.logs,
    instructionPrograms: instructions.map(({ programId }) => programId),
    programId: context.programId,
  });
  return { isOk: false, err: value.err, error: error ?? value.err };
}

export interface Budget {
  computeUnitLimit: number;
  /** Micro-lamports a compute unit. */
  computeUnitPrice?: number;
}

/** The group's instructions with this budget. A price goes to the end, so that the other indexes stay. */
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

/** Above what was simulated: another account's state may take a little more when it lands. */
const MARGIN_PERCENT = 110;

export function computeUnitLimitFor(simulated: number): number {
  return Math.min(Math.ceil((simulated * MARGIN_PERCENT) / 100) + 300, MAX_COMPUTE_UNITS);
}

/** Most accounts that the RPC takes. */
const MAX_FEE_ACCOUNTS = 128;

/**
 * Micro-lamports a compute unit that recent transactions on these writable accounts paid: by default the 75th percentile,
 * at most 200,000. 0 when the RPC can't say: a payment is better sent cheaply than not at all.
 */
export async function recentPrice(
  context: MilestoneContext,
  instructions: readonly TransactionInstruction[],
  { percentile = 75, max = 200_000 }: PriorityFeeOptions = {},
): Promise<number> {
  const writable = new Map(
    instructions
      .flatMap(({ keys }) => keys)
      .filter(({ isWritable }) => isWritable)
      .map(({ pubkey }) => [pubkey.toBase58(), pubkey]),
  );
  try {
    const recent = await context.connection.getRecentPrioritizationFees({
      lockedWritableAccounts: [...writable.values()].slice(0, MAX_FEE_ACCOUNTS),
    });
    const paid = recent.map(({ prioritizationFee }) => prioritizationFee).sort((a, b) => a - b);
    const rank = Math.ceil((percentile / 100) * paid.length);
    return Math.min(paid[Math.min(Math.max(rank, 1), paid.length) - 1] ?? 0, max);
  } catch {
    return 0;
  }
}
