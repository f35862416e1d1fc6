/** What a chain answers to instructions, by the name of the error. */
import {
  type PublicKey,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import {
  ForeignProgramError,
  MilepostError,
  MilestoneProgramError,
  parseTransactionError,
  TransactionRuntimeError,
} from "@milepost/sdk";
import type { Chain } from "../../harness";

/** The error's name; null where the transaction succeeds. Signatures are not checked. */
export async function simulate(
  chain: Chain,
  payer: PublicKey,
  instructions: TransactionInstruction[],
): Promise<string | null> {
  const message = new TransactionMessage({
    payerKey: payer,
    recentBlockhash: chain.latestBlockhash().blockhash,
    instructions,
  });
  const transaction = new VersionedTransaction(message.compileToLegacyMessage());
  const { err, logs } = await chain.simulate(transaction, { sigVerify: false });
  if (err === null) return null;
  const instructionPrograms = instructions.map(({ programId }) => programId);
  const error = parseTransactionError(err, { logs, instructionPrograms });
  if (error instanceof MilestoneProgramError) return error.programErrorName;
  if (error instanceof ForeignProgramError) return error.programErrorName;
  if (error instanceof TransactionRuntimeError) return error.runtimeErrorName;
  return JSON.stringify(err);
}

/** Why the SDK refuses to build; null where it builds. */
export async function refusalOf(build: () => unknown): Promise<MilepostError | null> {
  try {
    await build();
    return null;
  } catch (error) {
    if (error instanceof MilepostError) return error;
    throw error;
  }
}

/** Numbers that look random, the same for the same seed (mulberry32). */
export function numbers(seed: number, count: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  });
}
