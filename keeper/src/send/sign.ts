/** Signed bytes, and what they cost. */
import bs58 from "bs58";
import type { MilestoneContext } from "@milepost/sdk";
import {
  type AddressLookupTableAccount,
  ComputeBudgetProgram,
  type Signer,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import type { Attempt } from "../types";

export type Signed = Pick<Attempt, "signature" | "wire" | "lastValidBlockHeight">;

/** Signs with the payer and with those of `signers` whose signature the instructions demand. Sends nothing. */
export async function sign(
  context: Pick<MilestoneContext, "connection" | "commitment">,
  instructions: readonly TransactionInstruction[],
  keys: {
    payer: Signer;
    signers?: readonly Signer[];
    lookupTables?: readonly AddressLookupTableAccount[];
  },
): Promise<Signed> {
  const { blockhash, lastValidBlockHeight } = await context.connection.getLatestBlockhash(
    context.commitment,
  );
  const message = new TransactionMessage({
    payerKey: keys.payer.publicKey,
    recentBlockhash: blockhash,
    instructions: [...instructions],
  }).compileToV0Message([...(keys.lookupTables ?? [])]);
  const { header, staticAccountKeys } = message;
  const required = staticAccountKeys.slice(0, header.numRequiredSignatures);
  const transaction = new VersionedTransaction(message);
  transaction.sign(
    [keys.payer, ...(keys.signers ?? [])].filter(
      ({ publicKey }, index, all) =>
        required.some((key) => key.equals(publicKey)) &&
        all.findIndex((other) => other.publicKey.equals(publicKey)) === index,
    ),
  );
  return {
    wire: transaction.serialize(),
    signature: bs58.encode(transaction.signatures[0]!),
    // An RPC may say anything, and the store takes whole numbers.
    lastValidBlockHeight: Number.isSafeInteger(lastValidBlockHeight)
      ? lastValidBlockHeight
      : Number.MAX_SAFE_INTEGER,
  };
}

const LAMPORTS_A_SIGNATURE = 5_000n;
const MICRO = 1_000_000n;

/** Lamports that the network takes for these bytes once they land. */
export function transactionFee(wire: Uint8Array): bigint {
  const { message } = VersionedTransaction.deserialize(wire);
  let limit = 0n;
  let price = 0n;
  for (const { programIdIndex, data } of message.compiledInstructions) {
    if (!message.staticAccountKeys[programIdIndex]?.equals(ComputeBudgetProgram.programId))
      continue;
    const bytes = Buffer.from(data);
    if (bytes[0] === 2) limit = BigInt(bytes.readUInt32LE(1));
    if (bytes[0] === 3) price = bytes.readBigUInt64LE(1);
  }
  const signatures = BigInt(message.header.numRequiredSignatures) * LAMPORTS_A_SIGNATURE;
  return signatures + (limit * price + MICRO - 1n) / MICRO;
}
