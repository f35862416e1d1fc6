/** Simulates transactions before they are signed. */
import { MAX_COMPUTE_UNITS, type MilestoneContext, parseTransactionError } from "@milepost/sdk";
import { VersionedTransaction } from "@solana/web3.js";
import type { Draft } from "./message";

export type Simulation =
  | { isOk: true; computeUnits: number }
  /** Indexes in `error` and `err` are those of the draft's instructions. */
  | { isOk: false; err: unknown; error: unknown };

/** Simulates a draft, unsigned and with the newest blockhash. Rejects when the RPC does. */
export async function simulate(
  { connection, commitment, programId }: MilestoneContext,
  { message, instructions }: Draft,
): Promise<Simulation> {
  const { value } = await connection.simulateTransaction(new VersionedTransaction(message), {
    sigVerify: false,
    replaceRecentBlockhash: true,
    commitment,
  });
  if (!value.err) return { isOk: true, computeUnits: value.unitsConsumed ?? MAX_COMPUTE_UNITS };
  const error = parseTransactionError(value.err, {
    logs: value.logs,
    instructionPrograms: instructions.map(({ programId }) => programId),
    programId,
  });
  return { isOk: false, err: value.err, error: error ?? value.err };
}
