import {
  ComputeBudgetProgram,
  PublicKey,
  type TransactionInstruction,
  type VersionedMessage,
} from "@solana/web3.js";
import { transactionSize } from "../batch/size";
import { addressKey } from "../codec/address-key";
import { MAX_COMPUTE_UNITS, MAX_TRANSACTION_SIZE } from "../constants";
import type { MilestoneContext } from "../context/context";
import { MilepostErrorCode } from "../errors/codes";
import { parseTransactionError } from "../errors/parse";
import { RpcError } from "../errors/rpc";
import { SendError } from "../errors/send";
import { callRpcAtLeast } from "../rpc/call";
import { minReadSlot, minSimulationSlot } from "../rpc/seen-slots";
import { compile, type Draft, readInstructions } from "./message";
import { recentPriorityFee } from "./priority-fee";
import type { SendSettings } from "./settings";

/** Tags of the compute budget program's instructions. */
const SET_LIMIT = 2;
const SET_PRICE = 3;
/** What setting the limit and the price takes. */
const BUDGET_UNITS = 300;

/** Returns whether the instructions set a compute unit limit, or price, themselves. */
export function hasComputeBudget(
  instructions: readonly TransactionInstruction[],
  kind: "limit" | "price",
): boolean {
  const tag = kind === "limit" ? SET_LIMIT : SET_PRICE;
  return instructions.some(
    ({ programId, data }) => programId.equals(ComputeBudgetProgram.programId) && data[0] === tag,
  );
}

/** What is added to the instructions, with the numbers in it. */
export interface ComputeBudget {
  instructions: TransactionInstruction[];
  limit: number;
  /** Micro-lamports per compute unit. */
  price: number;
}

/** Chooses limit and price by a simulation and by recent fees. Throws what the simulation failed with, typed. */
export async function computeBudget(
  context: MilestoneContext,
  draft: Draft,
  walletRoom: number,
  settings: SendSettings,
): Promise<ComputeBudget> {
  const used = await simulateComputeUnits(context, draft);
  const margin = Math.max(used * settings.computeUnitMargin, walletRoom);
  const limit = Math.min(
    settings.computeUnitLimit ?? Math.ceil(used + margin) + BUDGET_UNITS,
    MAX_COMPUTE_UNITS,
  );
  const { priorityFee } = settings;
  const price =
    typeof priorityFee === "number"
      ? priorityFee
      : await recentPriorityFee(context, draft.instructions, priorityFee);
  const instructions: TransactionInstruction[] = [];
  if (!hasComputeBudget(draft.instructions, "limit")) {
    instructions.push(ComputeBudgetProgram.setComputeUnitLimit({ units: limit }));
  }
  if (price > 0 && !hasComputeBudget(draft.instructions, "price")) {
    instructions.push(ComputeBudgetProgram.setComputeUnitPrice({ microLamports: price }));
  }
  return { instructions, limit, price };
}

/** Returns the limit and the price that a message sets, with the given ones where it sets none. */
export function budgetOf(
  message: VersionedMessage,
  { limit, price }: Pick<ComputeBudget, "limit" | "price">,
): { limit: number; price: number } {
  const budget = addressKey(ComputeBudgetProgram.programId);
  for (const { program, data } of readInstructions(message, [])) {
    if (program !== budget) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (data[0] === SET_LIMIT && data.length >= 5) limit = view.getUint32(1, true);
    if (data[0] === SET_PRICE && data.length >= 9) price = Number(view.getBigUint64(1, true));
  }
  return { limit, price };
}

/**
 * Measures the compute units that the instructions take, by simulation with the highest limit and any blockhash.
 * Throws what the simulation failed with, typed, and with the caller's instruction indexes: nothing was sent.
 */
async function simulateComputeUnits(context: MilestoneContext, draft: Draft): Promise<number> {
  const { connection, commitment } = context;
  // At the end, so that instruction indexes stay the caller's.
  const limit = hasComputeBudget(draft.instructions, "limit")
    ? []
    : [ComputeBudgetProgram.setComputeUnitLimit({ units: MAX_COMPUTE_UNITS })];
  const instructions = [...draft.instructions, ...limit];
  const transaction = compile({ ...draft, version: 0, instructions }, PublicKey.default.toBase58());
  const simulate = (minSlot: number) =>
    callRpcAtLeast(context, "simulateTransaction", minSlot, (minContextSlot) =>
      connection.simulateTransaction(transaction, {
        sigVerify: false,
        replaceRecentBlockhash: true,
        commitment,
        minContextSlot,
      }),
    );
  // A read's slot must not stop the sending: one node may have reported a slot that does not exist.
  let answer = await simulate(minSimulationSlot(context)).catch((error: unknown) => {
    if (error instanceof RpcError && error.code === MilepostErrorCode.RpcBehind) {
      return simulate(minReadSlot(context));
    }
    throw error;
  });
  if (answer.value.err) {
    // A node that is behind may not know an account yet; a failure counts at the newest slot that any node tells of.
    const newest = await connection.getSlot(commitment).catch(() => 0);
    if (newest > answer.context.slot) answer = await simulate(newest);
  }
  const { value } = answer;
  if (value.err) {
    const parsed = parseTransactionError(value.err, {
      logs: value.logs,
      instructionPrograms: draft.instructions.map(({ programId }) => programId),
      programId: context.programId,
    });
    throw (
      parsed ??
      new SendError(MilepostErrorCode.SendRejected, "The simulation failed.", {
        metaMessages: [JSON.stringify(value.err), "Hint: nothing was sent."],
      })
    );
  }
  return value.unitsConsumed ?? MAX_COMPUTE_UNITS;
}

/** Measures with the compute limit and price that are added later. Throws `SendError` (`SendTooLarge`). */
export function refuseTooLarge({ payer, instructions, lookupTables }: Draft): void {
  const budget = [
    ...(hasComputeBudget(instructions, "limit")
      ? []
      : [ComputeBudgetProgram.setComputeUnitLimit({ units: MAX_COMPUTE_UNITS })]),
    ...(hasComputeBudget(instructions, "price")
      ? []
      : [ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1 })]),
  ];
  const size = transactionSize(payer, [...instructions, ...budget], lookupTables);
  if (size !== null && size <= MAX_TRANSACTION_SIZE) return;
  throw new SendError(
    MilepostErrorCode.SendTooLarge,
    `The transaction has ${size ?? "far too many"} bytes; the network takes ${MAX_TRANSACTION_SIZE}.`,
    { metaMessages: ["Hint: split it, or add a lookup table."] },
  );
}
