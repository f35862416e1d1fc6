import {
  type AddressLookupTableAccount,
  type Message,
  type MessageV0,
  type PublicKey,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
  type VersionedMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { addressKey } from "../codec/address-key";
import { InvalidInputError } from "../errors/input";

/** `0` is a transaction that may use lookup tables; `"legacy"` is for wallets that sign nothing else. */
export type TransactionVersion = "legacy" | 0;

/** What a transaction is compiled from. */
export interface Draft {
  payer: PublicKey;
  instructions: readonly TransactionInstruction[];
  lookupTables: readonly AddressLookupTableAccount[];
  version: TransactionVersion;
}

/** Compiles an unsigned transaction. */
export function compile(draft: Draft, recentBlockhash: string): VersionedTransaction {
  const message = new TransactionMessage({
    payerKey: draft.payer,
    recentBlockhash,
    instructions: [...draft.instructions],
  });
  const compiled: Message | MessageV0 =
    draft.version === "legacy"
      ? message.compileToLegacyMessage()
      : message.compileToV0Message([...draft.lookupTables]);
  return new VersionedTransaction(compiled);
}

/** Throws `InvalidInputError` for lookup tables with a legacy transaction, which has none. */
export function refuseLegacyTables({ version, lookupTables }: Draft): void {
  if (version !== "legacy" || lookupTables.length === 0) return;
  throw new InvalidInputError({
    field: "lookupTables",
    expected: 'none with version "legacy"',
    received: lookupTables.length,
    hint: "leave the tables out and send fewer instructions, or use a wallet that signs version 0",
  });
}

/** Keys whose signatures the message needs. */
export function requiredSigners(message: VersionedMessage): PublicKey[] {
  return message.staticAccountKeys.slice(0, message.header.numRequiredSignatures);
}

/** An instruction of a compiled message. An address in a lookup table that is not known is null. */
export interface ReadInstruction {
  program: string | null;
  data: Uint8Array;
  accounts: (string | null)[];
}

/** Reads the instructions of a message back. */
export function readInstructions(
  message: VersionedMessage,
  lookupTables: readonly AddressLookupTableAccount[],
): ReadInstruction[] {
  const tables = new Map(lookupTables.map((table) => [addressKey(table.key), table.state]));
  const loaded = (kind: "writableIndexes" | "readonlyIndexes") =>
    message.addressTableLookups.flatMap((lookup) => {
      const addresses = tables.get(addressKey(lookup.accountKey))?.addresses;
      return lookup[kind].map((index) => addresses?.[index] ?? null);
    });
  const keys = [
    ...message.staticAccountKeys,
    ...loaded("writableIndexes"),
    ...loaded("readonlyIndexes"),
  ].map((key) => (key ? addressKey(key) : null));
  return message.compiledInstructions.map(({ programIdIndex, accountKeyIndexes, data }) => ({
    program: keys[programIdIndex] ?? null,
    accounts: accountKeyIndexes.map((index) => keys[index] ?? null),
    data,
  }));
}

const ADVANCE_NONCE = 4;

/** Returns whether the message is valid until its nonce is advanced, instead of for the life of a blockhash. */
export function hasDurableNonce(message: VersionedMessage): boolean {
  const first = readInstructions(message, [])[0];
  return (
    first?.program === addressKey(SystemProgram.programId) &&
    // The runtime reads four bytes and ignores what follows them.
    first.data.length >= 4 &&
    first.data[0] === ADVANCE_NONCE &&
    first.data.subarray(1, 4).every((byte) => byte === 0)
  );
}
