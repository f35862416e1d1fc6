/** Reads and writes the two accounts that an execution ends with, which the program reads only when they are there. */
import { AccountRole, type AccountMeta, type Address } from "@solana/kit";

/** Accounts of every `executePayment`; a held policy's escrow and a keeper's token account may follow. */
const FIXED_ACCOUNTS = 11;
const ALL_ACCOUNTS = 13;

/**
 * Drops the placeholders at the end. Without them, a release has the bytes that the SDK builds, and a batch has more room.
 * The type stays that of all accounts, as Codama declares it.
 */
export function withoutAbsentEnd<T extends readonly (AccountMeta | undefined)[]>(
  accounts: T,
  programAddress: Address,
): T {
  let end = accounts.length;
  while (end > FIXED_ACCOUNTS && accounts[end - 1]?.address === programAddress) end -= 1;
  return accounts.slice(0, end) as unknown as T;
}

/** Returns the accounts with a placeholder, the program's address, for each account that is absent at the end. */
export function withAbsentEnd(instruction: {
  accounts: readonly AccountMeta[];
  programAddress: Address;
}): AccountMeta[] {
  const { accounts, programAddress } = instruction;
  const absent = Math.max(0, ALL_ACCOUNTS - accounts.length);
  const placeholder = { address: programAddress, role: AccountRole.READONLY };
  return [...accounts, ...Array.from({ length: absent }, () => placeholder)];
}
