import {
  type AddressLookupTableAccount,
  ComputeBudgetProgram,
  PublicKey,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { MAX_COMPUTE_UNITS } from "../constants";
import type { MilestoneContext } from "../context";
import { parseTransactionError } from "../errors/parse";
import { SendError } from "../errors/send";
import { MilepostErrorCode } from "../errors/codes";

/** Tags of the compute budget program's instructions. */
const SET_LIMIT = 2;
const SET_PRICE = 3;

/** Whether the instructions set a compute unit limit, or price, themselves. */
export function hasComputeBudget(
  instructions: readonly TransactionInstruction[],
  kind: "limit" | "price",
): boolean {
  const tag = kind === "limit" ? SET_LIMIT : SET_PRICE;
  return instructions.some(
    ({ programId, data }) => programId.equals(ComputeBudgetProgram.programId) && data[0] === tag,
  );
}

/**
 * Compute units the instructions take, by simulation with the highest limit and any blockhash.
 * Throws what the simulation failed with, typed, and with the caller's instruction indexes: nothing was sent.
 */
export async function simulateComputeUnits(
  context: MilestoneContext,
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
  lookupTables: readonly AddressLookupTableAccount[],
): Promise<number> {
  // At the end, so that instruction indexes stay the caller's.
  const limit = hasComputeBudget(instructions, "limit")
    ? []
    : [ComputeBudgetProgram.setComputeUnitLimit({ units: MAX_COMPUTE_UNITS })];
  const message = new TransactionMessage({
    payerKey: payer,
    recentBlockhash: PublicKey.default.toBase58(),
    instructions: [...instructions, ...limit],
  }).compileToV0Message([...lookupTables]);
  const { value } = await context.connection.simulateTransaction(
    new VersionedTransaction(message),
    {
      sigVerify: false,
      replaceRecentBlockhash: true,
      commitment: context.commitment,
    },
  );
  if (value.err) {
    const parsed = parseTransactionError(value.err, {
      logs: value.logs,
      instructionPrograms: instructions.map(({ programId }) => programId),
      programId: context.programId,
    });
    throw (
      parsed ??
      new SendError(MilepostErrorCode.SendRejected, "The simulation failed.", {
        metaMessages: [JSON.stringify(value.err)],
      })
    );
  }
  return value.unitsConsumed ?? MAX_COMPUTE_UNITS;
}
