import {
  type AddressLookupTableAccount,
  ComputeBudgetProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import { buildExecution, type Execution } from "../actions/build-execution";
import { addressKey } from "../codec/address-key";
import { MAX_COMPUTE_UNITS, MAX_INSTRUCTION_TRACE } from "../constants";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";
import { SendError } from "../errors/send";
import { toAddress } from "../input/address";
import { loadReleaseSnapshots } from "../release/load-snapshots";
import { TransactionRoom } from "./room";
import { traceLength } from "./trace";

/** Compute units allowed for one execution with all fees; measured ones, held or delegated, take much less. */
export const EXECUTION_COMPUTE_UNITS = 60_000;
/** Compute units allowed for creating one associated token account. */
export const SETUP_COMPUTE_UNITS = 40_000;

/** Limits of `packExecutions`, and the payer of its transactions. */
export interface PackOptions extends ReadOptions {
  /** Pays the fee; signs. Default: the wallet. */
  payer?: PublicKey;
  /**
   * Lookup tables, which make room. With one, 14 delegated (12 that claim rewards) or 11 held policies of different owners
   * fit, without one 5 or 4, and 5 whose recipients have no token account yet. See `lookupTableAddresses`.
   */
  lookupTables?: readonly AddressLookupTableAccount[];
  /** Lookup table in addition to `lookupTables`, for callers with a single one. */
  lookupTable?: AddressLookupTableAccount;
  /** Compute units allowed for one execution. Default: `EXECUTION_COMPUTE_UNITS`. */
  computeUnitLimit?: number;
  /** Most compute units of one transaction. Default: the network's 1,400,000. */
  maxComputeUnits?: number;
  /** Most executions of one transaction. When one fails, all executions of its transaction fail. */
  maxExecutions?: number;
  /**
   * Token accounts that receive the keeper's reward, for executions given by address. Each takes the first of its mint that
   * can receive, and waives the reward when none can. An account costs 32 bytes per transaction and 2 per execution.
   */
  keeperTokenAccounts?: readonly PublicKey[];
  /** Micro-lamports per compute unit. When omitted, room is reserved for the price that `send` adds. */
  computeUnitPrice?: number | bigint;
}

/** Contents of one versioned transaction. */
export interface ExecutionGroup {
  /** Executions of this transaction, in the given order. */
  executions: Execution[];
  /** Compute budget, set-up and executions, in order. */
  instructions: TransactionInstruction[];
  /** Lookup tables to compile the transaction with: all that the options name, in their order. */
  lookupTables: readonly AddressLookupTableAccount[];
  /** Addresses that have to sign in addition to the payer. */
  signers: PublicKey[];
  /** Compute unit limit that `instructions` sets: the sum allowed for its executions and set-up. */
  computeUnits: number;
  /** Bytes of the signed transaction, a priority fee included. */
  size: number;
  /** Most instructions that the runtime traces, of its 64: the transaction's own, and the ones that programs call. */
  traceLength: number;
}

/**
 * Groups executions so that as many as possible share a versioned transaction. Its limits are 1,232 bytes, 64 accounts,
 * the compute units and the 64 instructions that the runtime traces.
 *
 * The runtime's other limits cannot be reached first, and `tests/sdk/packing-limits.test.ts` measures each: a release calls
 * the token program at depth 2 of 5; each program call has a heap of 32 KiB of its own; one byte can index 64 accounts;
 * blocks limit write locks, transactions do not. Accounts of ordinary size total far below 64 MiB: only mints of many
 * megabytes exceed that, and a simulation shows it. The runtime truncates a log after 10,000 bytes without failing:
 * `decodeEvents` then returns `isTruncated`.
 *
 * Keeps the order. `executions` are built ones, or addresses of policies, whose current milestone is released.
 * Throws `InvalidInputError` when a milestone occurs twice, `SendError` when an execution alone doesn't fit.
 * @example
 * const groups = await packExecutions(context, policyPdas, { lookupTable });
 */
export async function packExecutions(
  context: MilestoneContext,
  executions: readonly (Execution | PublicKey)[],
  options: PackOptions = {},
): Promise<ExecutionGroup[]> {
  const payer = toAddress(options.payer ?? walletAddress(context), "payer");
  const addresses = executions.filter(isAddress).map((address) => toAddress(address, "executions"));
  const keeperTokenAccounts = options.keeperTokenAccounts?.map((address) =>
    toAddress(address, "keeperTokenAccounts"),
  );
  const snapshots =
    addresses.length > 0
      ? await loadReleaseSnapshots(context, addresses, {
          keeperTokenAccounts,
          minContextSlot: options.minContextSlot,
        })
      : [];
  let loaded = 0;
  const built = executions.map((execution) =>
    isAddress(execution) ? buildExecution(context, snapshots[loaded++]!, { payer }) : execution,
  );
  return groupExecutions(built, { ...options, payer });
}

/** Does what `packExecutions` does, for executions that are built already; touches no network. */
export function groupExecutions(
  executions: readonly Execution[],
  options: PackOptions & { payer: PublicKey },
): ExecutionGroup[] {
  refuseDuplicates(executions);
  const empty = emptyDraft(options);
  const drafts: Draft[] = [];
  let current: Draft = empty;
  for (const execution of executions) {
    const extended = withExecution(current, execution, options);
    if (extended && current !== empty) {
      drafts[drafts.length - 1] = current = extended;
      continue;
    }
    const alone = current === empty ? extended : withExecution(empty, execution, options);
    if (!alone) {
      throw new SendError(
        MilepostErrorCode.SendTooLarge,
        `The execution of policy ${execution.policy.toBase58()} does not fit a transaction on its own.`,
        { metaMessages: ["Hint: raise maxComputeUnits, or add a lookup table."] },
      );
    }
    drafts.push((current = alone));
  }
  return drafts.map((draft) => finish(draft, options));
}

/** Group that may still grow. */
interface Draft {
  executions: readonly Execution[];
  /** Set-up by content: two policies' fee accounts are often the same. */
  setup: ReadonlyMap<string, TransactionInstruction>;
  computeUnits: number;
  traceLength: number;
  room: TransactionRoom;
}

function emptyDraft(options: PackOptions & { payer: PublicKey }): Draft {
  const budget = [
    ComputeBudgetProgram.setComputeUnitLimit({ units: 0 }),
    // Reserves room for the price that `send` adds when none is given.
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports: options.computeUnitPrice ?? 1 }),
  ];
  const room = TransactionRoom.of(options.payer, tablesOf(options)).with(budget);
  // The runtime traces the compute budget's instructions as well.
  return { executions: [], setup: new Map(), computeUnits: 0, traceLength: budget.length, room };
}

/** Returns the group with the execution added, or null when it doesn't fit one transaction. */
function withExecution(draft: Draft, execution: Execution, options: PackOptions): Draft | null {
  const executions = [...draft.executions, execution];
  if (executions.length > (options.maxExecutions ?? Infinity)) return null;
  const missing = execution.setup
    .map((instruction) => [contentOf(instruction), instruction] as const)
    .filter(([content]) => !draft.setup.has(content));
  const setup = missing.length > 0 ? new Map([...draft.setup, ...missing]) : draft.setup;
  const computeUnits =
    executions.length * (options.computeUnitLimit ?? EXECUTION_COMPUTE_UNITS) +
    setup.size * SETUP_COMPUTE_UNITS;
  if (computeUnits > (options.maxComputeUnits ?? MAX_COMPUTE_UNITS)) return null;
  const added = [...new Map(missing).values(), execution.instruction];
  const traced = added.reduce((sum, each) => sum + traceLength(each), draft.traceLength);
  if (traced > MAX_INSTRUCTION_TRACE) return null;
  const room = draft.room.with(added);
  return room.isEnough ? { executions, setup, computeUnits, traceLength: traced, room } : null;
}

function finish(draft: Draft, options: PackOptions & { payer: PublicKey }): ExecutionGroup {
  const { executions, setup, computeUnits, traceLength, room } = draft;
  const { computeUnitPrice, payer } = options;
  const instructions = [
    ComputeBudgetProgram.setComputeUnitLimit({ units: computeUnits }),
    ...(computeUnitPrice === undefined
      ? []
      : [ComputeBudgetProgram.setComputeUnitPrice({ microLamports: computeUnitPrice })]),
    ...setup.values(),
    ...executions.map((execution) => execution.instruction),
  ];
  const signers = new Map(
    instructions
      .flatMap(({ keys }) => keys)
      .filter(({ pubkey, isSigner }) => isSigner && !pubkey.equals(payer))
      .map(({ pubkey }) => [addressKey(pubkey), pubkey]),
  );
  return {
    executions: [...executions],
    instructions,
    lookupTables: tablesOf(options),
    signers: [...signers.values()],
    computeUnits,
    size: room.size,
    traceLength,
  };
}

function tablesOf({ lookupTables, lookupTable }: PackOptions): AddressLookupTableAccount[] {
  return [...(lookupTables ?? []), ...(lookupTable ? [lookupTable] : [])];
}

function refuseDuplicates(executions: readonly Execution[]): void {
  const seen = new Set<string>();
  for (const { policy, milestoneIndex } of executions) {
    const key = `${addressKey(policy)} ${milestoneIndex}`;
    if (seen.has(key)) {
      throw new InvalidInputError({
        field: "executions",
        expected: "each milestone once",
        received: `${policy.toBase58()} milestone ${milestoneIndex}`,
      });
    }
    seen.add(key);
  }
}

function contentOf({ programId, keys, data }: TransactionInstruction): string {
  return JSON.stringify([programId, keys, [...data]]);
}

function isAddress(value: Execution | PublicKey): value is PublicKey {
  return !("instruction" in value);
}
