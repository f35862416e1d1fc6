import {
  type AddressLookupTableAccount,
  PublicKey,
  type VersionedMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { ProblemError, toProblem } from "../problems/problem";

/** Instruction of a message with its addresses. */
export interface MessageInstruction {
  /** Address of the program. */
  programId: PublicKey;
  /** Accounts in their order. */
  keys: { pubkey: PublicKey }[];
  /** Data of the instruction. */
  data: Uint8Array;
}

/** Returns the error for bytes that the page does not show to a wallet. */
export function refuseBytes(reason: string): ProblemError {
  return new ProblemError(
    toProblem("decode.refused", [
      "The page cannot read this transaction",
      `${reason} Nothing was sent.`,
      "Do not sign it elsewhere. Report it to the page's operator.",
    ]),
  );
}

/** Reads a serialized transaction. Throws `ProblemError` (`decode.refused`). */
export function readTransaction(bytes: Uint8Array): VersionedTransaction {
  let transaction: VersionedTransaction;
  try {
    transaction = VersionedTransaction.deserialize(bytes);
  } catch {
    throw refuseBytes("The bytes are not a transaction.");
  }
  const again = transaction.serialize();
  if (again.length !== bytes.length || again.some((byte, at) => byte !== bytes[at])) {
    throw refuseBytes("The bytes contain more than a transaction.");
  }
  return transaction;
}

/** Returns every address of a message in its order. Throws `ProblemError` for a lookup table that is not given. */
export function addressesOf(
  message: VersionedMessage,
  lookupTables: readonly AddressLookupTableAccount[] = [],
): PublicKey[] {
  const loaded = (kind: "writableIndexes" | "readonlyIndexes") =>
    message.addressTableLookups.flatMap((lookup) => {
      const table = lookupTables.find(({ key }) => key.equals(lookup.accountKey));
      return lookup[kind].map((index) => {
        const address = table?.state.addresses[index];
        if (!address) throw refuseBytes("It names an address in a table that is not known.");
        return address;
      });
    });
  return [...message.staticAccountKeys, ...loaded("writableIndexes"), ...loaded("readonlyIndexes")];
}

/** Returns the instructions of a message. Throws `ProblemError` for an address that is missing. */
export function instructionsOf(
  message: VersionedMessage,
  lookupTables: readonly AddressLookupTableAccount[] = [],
): MessageInstruction[] {
  const addresses = addressesOf(message, lookupTables);
  const at = (index: number): PublicKey => {
    const address = addresses[index];
    if (!address) throw refuseBytes("It names an account that it does not contain.");
    return address;
  };
  return message.compiledInstructions.map(({ programIdIndex, accountKeyIndexes, data }) => ({
    programId: at(programIdIndex),
    keys: accountKeyIndexes.map((index) => ({ pubkey: at(index) })),
    data,
  }));
}
