/** Compiles the message of a transaction once, for its simulation and for its signature. */
import {
  ComputeBudgetProgram,
  MessageV0,
  PublicKey,
  type TransactionInstruction,
  TransactionMessage,
} from "@solana/web3.js";
import { MAX_COMPUTE_UNITS } from "@milepost/sdk";
import { type Contents, withBudget } from "./pack";

/** A message without blockhash, with the highest compute limit. */
export interface Draft {
  message: MessageV0;
  /** Instructions of the message, the compute limit first. */
  instructions: readonly TransactionInstruction[];
}

export interface DraftOptions {
  payer: PublicKey;
  /** Price in micro-lamports per compute unit. Default: 0, without an instruction. */
  computeUnitPrice?: number;
}

/** Compiles a group. Throws when it is too large for a message. */
export function draft(group: Contents, { payer, computeUnitPrice }: DraftOptions): Draft {
  const instructions = withBudget(group, { computeUnitLimit: MAX_COMPUTE_UNITS, computeUnitPrice });
  const message = new TransactionMessage({
    payerKey: payer,
    recentBlockhash: PublicKey.default.toBase58(),
    instructions,
  }).compileToV0Message([...group.lookupTables]);
  return { message, instructions };
}

/** Returns the message to sign: the draft's, with its own blockhash and compute limit. */
export function completed(
  { message }: Pick<Draft, "message">,
  { blockhash, computeUnitLimit }: { blockhash: string; computeUnitLimit: number },
): MessageV0 {
  const { header, staticAccountKeys, addressTableLookups } = message;
  const [limit, ...others] = message.compiledInstructions;
  const { data } = ComputeBudgetProgram.setComputeUnitLimit({ units: computeUnitLimit });
  return new MessageV0({
    header,
    staticAccountKeys,
    addressTableLookups,
    recentBlockhash: blockhash,
    compiledInstructions: [{ ...limit!, data: Uint8Array.from(data) }, ...others],
  });
}
