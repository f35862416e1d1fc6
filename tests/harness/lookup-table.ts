/** Address lookup tables: their bytes, and the accounts a transaction names through them. */
import {
  AddressLookupTableAccount,
  AddressLookupTableProgram,
  type PublicKey,
  type VersionedTransaction,
} from "@solana/web3.js";
import type { ChainAccount } from "./runtime";

const HEADER_SIZE = 56;

/** A table as an account; making one by instruction would take two slots and two transactions. */
export function lookupTableAccount(addresses: PublicKey[]): Omit<ChainAccount, "lamports"> {
  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt32LE(1, 0); // ProgramState::LookupTable
  header.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 4); // never deactivated
  // Extended in slot 0, so every address is usable from slot 1 on; no authority: frozen.
  return {
    data: Buffer.concat([header, ...addresses.map((address) => address.toBuffer())]),
    owner: AddressLookupTableProgram.programId,
    executable: false,
  };
}

interface Accounts {
  getAccount(address: PublicKey): Promise<ChainAccount | null>;
}

/** Every account a transaction names, those behind lookup tables included. */
export async function accountsOf(
  chain: Accounts,
  { message }: VersionedTransaction,
): Promise<PublicKey[]> {
  const accounts = [...message.staticAccountKeys];
  for (const lookup of message.addressTableLookups) {
    const table = await chain.getAccount(lookup.accountKey);
    if (!table) continue;
    const { addresses } = AddressLookupTableAccount.deserialize(table.data);
    for (const index of [...lookup.writableIndexes, ...lookup.readonlyIndexes]) {
      const address = addresses[index];
      if (address) accounts.push(address);
    }
  }
  return accounts;
}
