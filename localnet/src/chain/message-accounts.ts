/** The accounts of a message, with those from lookup tables, and whether it may write them. */
import { encodeAddress } from "./base58";
import type { Message } from "./wire";

const TABLE_HEADER = 56;

export interface MessageAccounts {
  /** Accounts in the order of the message's indexes: static, loaded writable, loaded read-only. */
  addresses: string[];
  loaded: { writable: string[]; readonly: string[] };
  isWritable: (index: number) => boolean;
}

/** Resolves the accounts. `tableData` returns a lookup table's bytes, or null; addresses without a table are left out. */
export function messageAccounts(
  { header, staticKeys, lookups }: Message,
  tableData: (table: string) => Buffer | null,
): MessageAccounts {
  const writable: string[] = [];
  const readonly: string[] = [];
  for (const lookup of lookups) {
    const data = tableData(lookup.table);
    writable.push(...tableEntries(data, lookup.writable));
    readonly.push(...tableEntries(data, lookup.readonly));
  }
  const { numRequiredSignatures, numReadonlySignedAccounts, numReadonlyUnsignedAccounts } = header;
  return {
    addresses: [...staticKeys, ...writable, ...readonly],
    loaded: { writable, readonly },
    isWritable: (index) => {
      if (index >= staticKeys.length) return index < staticKeys.length + writable.length;
      return index < numRequiredSignatures
        ? index < numRequiredSignatures - numReadonlySignedAccounts
        : index < staticKeys.length - numReadonlyUnsignedAccounts;
    },
  };
}

function tableEntries(data: Buffer | null, indexes: number[]): string[] {
  if (!data) return [];
  return indexes
    .map((index) => TABLE_HEADER + 32 * index)
    .filter((start) => start + 32 <= data.length)
    .map((start) => encodeAddress(data.subarray(start, start + 32)));
}
