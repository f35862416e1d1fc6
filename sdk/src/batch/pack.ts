import {
  type AddressLookupTableAccount,
  ComputeBudgetProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import { MAX_COMPUTE_UNITS, MAX_TRANSACTION_ACCOUNTS, MAX_TRANSACTION_SIZE } from "../constants";
import type { MilestoneContext } from "../context";
import { InvalidInputError } from "../errors/input";
import { SendError } from "../errors/send";
import { MilepostErrorCode } from "../errors/codes";
import { toAddress } from "../input/address";
import { buildExecution, type Execution } from "../release/execution";
import { loadReleaseSnapshots } from "../release/snapshot";
import { transactionSize } from "./size";

/** Compute units allowed for one execution with all fees; a measured one, held or delegated, takes well below it. */
export const EXECUTION_COMPUTE_UNITS = 60_000;
/** Compute units allowed for creating one associated token account. */
export const SETUP_COMPUTE_UNITS = 40_000;

export interface PackOptions {
  /** Pays the fee; signs. Default: the wallet. */
  payer?: PublicKey;
  /**
   * Makes room: of different owners' policies 14 delegated (13 that claim rewards) or 11 held ones fit with one, 5 or 4
   * without. See `lookupTableAddresses`.
   */
  lookupTables?: readonly AddressLookupTableAccount[];
  lookupTable?: AddressLookupTableAccount;
  /** Allowed for one execution. Default: `EXECUTION_COMPUTE_UNITS`. */
  computeUnitLimit?: number;
  /** Most compute units of one transaction. Default: the network's 1,400,000. */
  maxComputeUnits?: number;
  /** Most executions of one transaction. One that fails takes the others of its transaction with it. */
  maxExecutions?: number;
  /**
   * Token accounts that claim the keepers' rewards, for the executions given by address: each takes the first of its mint
   * that can receive, and waives the reward where none can. An account is 32 bytes a transaction and 2 an execution.
   */
  keeperTokenAccounts?: readonly PublicKey[];
  /** Micro-lamports a compute unit. Left out, room is kept for the one that `send` adds. */
  computeUnitPrice?: number | bigint;
}

/** What goes into one versioned transaction. */
export interface ExecutionGroup {
  executions: Execution[];
  /** Compute budget, set-up and executions, in order. */
  instructions: TransactionInstruction[];
  lookupTables: readonly AddressLookupTableAccount[];
  /** Who has to sign beside the payer. */
  signers: PublicKey[];
  computeUnits: number;
  /** Bytes of the signed transaction, a priority fee included. */
  size: number;
}

/**
 * Groups executions so that as many as fit share a versioned transaction, by its 1,232 bytes, its
 * 64 accounts and its compute units.
 * Keeps their order. `executions` are built ones, or policy addresses whose current milestone is meant.
 * Throws `InvalidInputError` when one milestone is in it twice, `SendError` when one alone doesn't fit.
 * @example
 * const groups = await packExecutions(context, policyPdas, { lookupTable });
 */
export async function packExecutions(
  context: MilestoneContext,
  executions: readonly (Execution | PublicKey)[],
  options: PackOptions = {},
): Promise<ExecutionGroup[]> {
  const payer = toAddress(options.payer ?? context.wallet.publicKey, "payer");
  const addresses = executions.filter(isAddress).map((address) => toAddress(address, "executions"));
  const keeperTokenAccounts = options.keeperTokenAccounts?.map((address) =>
    toAddress(address, "keeperTokenAccounts"),
  );
  const snapshots =
    addresses.length > 0
      ? await loadReleaseSnapshots(context, addresses, { keeperTokenAccounts })
      : [];
  let loaded = 0;
  const built = executions.map((execution) =>
    isAddress(execution) ? buildExecution(context, snapshots[loaded++]!, { payer }) : execution,
  );
  return groupExecutions(built, { ...options, payer });
}

/** `packExecutions` for executions that are built already; touches no network. */
export function groupExecutions(
  executions: readonly Execution[],
  options: PackOptions & { payer: PublicKey },
): ExecutionGroup[] {
  refuseDuplicates(executions);
  const groups: ExecutionGroup[] = [];
  let current: ExecutionGroup | null = null;
  for (const execution of executions) {
    const extended: ExecutionGroup | null =
      current && measure([...current.executions, execution], options);
    if (extended) {
      groups[groups.length - 1] = current = extended;
      continue;
    }
    current = measure([execution], options);
    if (!current) {
      throw new SendError(
        MilepostErrorCode.SendTooLarge,
        `The execution of policy ${execution.policy.toBase58()} does not fit a transaction on its own.`,
        { metaMessages: ["Hint: raise maxComputeUnits, or add a lookup table."] },
      );
    }
    groups.push(current);
  }
  return groups;
}

/** The group of these executions; null when they don't fit one transaction. */
function measure(
  executions: readonly Execution[],
  options: PackOptions & { payer: PublicKey },
): ExecutionGroup | null {
  if (executions.length > (options.maxExecutions ?? Infinity)) return null;
  const setup = distinct(executions.flatMap((execution) => execution.setup));
  const computeUnits =
    executions.length * (options.computeUnitLimit ?? EXECUTION_COMPUTE_UNITS) +
    setup.length * SETUP_COMPUTE_UNITS;
  if (computeUnits > (options.maxComputeUnits ?? MAX_COMPUTE_UNITS)) return null;
  const instructions = [
    ComputeBudgetProgram.setComputeUnitLimit({ units: computeUnits }),
    ...(options.computeUnitPrice === undefined
      ? []
      : [ComputeBudgetProgram.setComputeUnitPrice({ microLamports: options.computeUnitPrice })]),
    ...setup,
    ...executions.map((execution) => execution.instruction),
  ];
  const lookupTables = [
    ...(options.lookupTables ?? []),
    ...(options.lookupTable ? [options.lookupTable] : []),
  ];
  const priced =
    options.computeUnitPrice === undefined
      ? [...instructions, ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1 })]
      : instructions;
  const size = transactionSize(options.payer, priced, lookupTables);
  if (size === null || size > MAX_TRANSACTION_SIZE) return null;
  if (accountCount(options.payer, priced) > MAX_TRANSACTION_ACCOUNTS) return null;
  const signers = new Map(
    instructions
      .flatMap(({ keys }) => keys)
      .filter(({ pubkey, isSigner }) => isSigner && !pubkey.equals(options.payer))
      .map(({ pubkey }) => [pubkey.toBase58(), pubkey]),
  );
  return {
    executions: [...executions],
    instructions,
    lookupTables,
    signers: [...signers.values()],
    computeUnits,
    size,
  };
}

/** Accounts that the transaction locks: everything it names, through a lookup table or not. */
function accountCount(payer: PublicKey, instructions: readonly TransactionInstruction[]): number {
  const addresses = instructions.flatMap(({ programId, keys }) => [
    programId,
    ...keys.map(({ pubkey }) => pubkey),
  ]);
  return new Set([payer, ...addresses].map((address) => address.toBase58())).size;
}

function refuseDuplicates(executions: readonly Execution[]): void {
  const seen = new Set<string>();
  for (const { policy, milestoneIndex } of executions) {
    const key = `${policy.toBase58()} milestone ${milestoneIndex}`;
    if (seen.has(key)) {
      throw new InvalidInputError({
        field: "executions",
        expected: "each milestone once",
        received: key,
      });
    }
    seen.add(key);
  }
}

function distinct(instructions: readonly TransactionInstruction[]): TransactionInstruction[] {
  const byContent = new Map(
    instructions.map((instruction) => [
      JSON.stringify([instruction.programId, instruction.keys, [...instruction.data]]),
      instruction,
    ]),
  );
  return [...byContent.values()];
}

function isAddress(value: Execution | PublicKey): value is PublicKey {
  return !("instruction" in value);
}
