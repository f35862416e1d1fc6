import {
  type AddressLookupTableAccount,
  PublicKey,
  type TransactionInstruction,
  TransactionMessage,
} from "@solana/web3.js";

/**
 * Returns the bytes of a signed versioned transaction; null when web3.js can't serialize it, which is far above the limit.
 * @example
 * transactionSize(payer, instructions, [lookupTable]) <= MAX_TRANSACTION_SIZE;
 */
export function transactionSize(
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
  lookupTables: readonly AddressLookupTableAccount[] = [],
): number | null {
  try {
    const message = new TransactionMessage({
      payerKey: payer,
      // Any 32 bytes: only the length counts.
      recentBlockhash: PublicKey.default.toBase58(),
      instructions: [...instructions],
    }).compileToV0Message([...lookupTables]);
    const signatures = message.header.numRequiredSignatures;
    return 1 + 64 * signatures + message.serialize().length;
  } catch (error) {
    if (isTooLarge(error)) return null;
    throw error;
  }
}

/** Recognizes web3.js's errors: a `RangeError` beyond its buffer of one packet, and its assertion on 256 accounts. */
function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError || /max static account keys/i.test(String(error));
}
