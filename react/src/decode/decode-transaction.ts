/** Says in words what a transaction does, from the very bytes that a wallet is asked to sign. */
import { decodeInstruction } from "@milepost/sdk";
import type { DecodedTransaction, DecodeLookups } from "./decoded-transaction";
import { milepostStep } from "./milepost-steps";
import {
  instructionsOf,
  type MessageInstruction,
  readTransaction,
  refuseBytes,
} from "./read-message";
import { budgetOf, commonStep } from "./token-steps";

const LAMPORTS_PER_SIGNATURE = 5_000n;
/** Compute units that an instruction gets where no limit is set. */
const DEFAULT_UNITS = 200_000n;
const MICRO = 1_000_000n;

/**
 * Decodes a serialized transaction into sentences with amounts and addresses: instructions of Milepost, the token programs,
 * the System program, associated token accounts, compute budget and memos. Throws a `ProblemError` (`decode.refused`) for any
 * other instruction, for unknown data and for a lookup table that is not given: a page must not let a wallet sign what it
 * cannot show.
 * @example
 * import { decodeTransaction } from "@milepost/react";
 *
 * const { instructions, feeLamports } = decodeTransaction(bytes, {
 *   mints: { [mint.toBase58()]: { decimals: 6, symbol: "USDC" } },
 * });
 * for (const { title, details } of instructions) console.log(title, details);
 */
export function decodeTransaction(
  bytes: Uint8Array,
  lookups: DecodeLookups = {},
): DecodedTransaction {
  const { message } = readTransaction(bytes);
  const found = instructionsOf(message, lookups.lookupTables);
  if (found.length === 0) throw refuseBytes("It does nothing.");
  const count = message.header.numRequiredSignatures;
  const signers = message.staticAccountKeys.slice(0, count).map((key) => key.toBase58());
  return {
    feePayer: signers[0]!,
    signers,
    instructions: found.map((instruction) => {
      const ours = decodeInstruction(instruction);
      const step = ours ? milepostStep(ours, lookups) : commonStep(instruction, lookups);
      if (step) return step;
      const program = instruction.programId.toBase58();
      throw refuseBytes(`It contains an instruction of ${program} that the page does not know.`);
    }),
    feeLamports: feeOf(found, count),
    recentBlockhash: message.recentBlockhash,
  };
}

/** Returns the network's fee in lamports: per signature, and the priority fee on the whole compute limit. */
export function feeOf(instructions: readonly MessageInstruction[], signatures: number): bigint {
  const budgets = instructions.map(budgetOf);
  const price = budgets.find((budget) => budget.price !== undefined)?.price ?? 0n;
  const others = budgets.filter(
    ({ limit, price: set }) => limit === undefined && set === undefined,
  );
  const limit =
    budgets.find((budget) => budget.limit !== undefined)?.limit ??
    BigInt(others.length) * DEFAULT_UNITS;
  return LAMPORTS_PER_SIGNATURE * BigInt(signatures) + (price * limit + MICRO - 1n) / MICRO;
}
