/** The list of accounts in the ledger's file. */
import { decodeBase58, encodeBase58 } from "./base58";
import type { AddressedAccount } from "./svm";

/** Offsets in an account's header, and its size: address, owner, lamports, executable flag, length of the data. */
const HEAD = { owner: 32, lamports: 64, executable: 72, length: 73, size: 77 };

export function encodeAccounts(accounts: AddressedAccount[]): Buffer {
  const total = accounts.reduce((sum, { account }) => sum + HEAD.size + account.data.length, 0);
  const bytes = Buffer.alloc(total);
  let at = 0;
  for (const { address, account } of accounts) {
    (decodeBase58(address) as Buffer).copy(bytes, at);
    (decodeBase58(account.owner) as Buffer).copy(bytes, at + HEAD.owner);
    bytes.writeBigUInt64LE(account.lamports, at + HEAD.lamports);
    bytes.writeUInt8(account.executable ? 1 : 0, at + HEAD.executable);
    bytes.writeUInt32LE(account.data.length, at + HEAD.length);
    account.data.copy(bytes, at + HEAD.size);
    at += HEAD.size + account.data.length;
  }
  return bytes;
}

/** Throws `RangeError` when the bytes end within an account. */
export function decodeAccounts(bytes: Buffer): AddressedAccount[] {
  const accounts: AddressedAccount[] = [];
  for (let at = 0; at < bytes.length;) {
    const data = at + HEAD.size;
    const end = data + bytes.readUInt32LE(at + HEAD.length);
    if (end > bytes.length) throw new RangeError("the bytes end within an account");
    accounts.push({
      address: encodeBase58(bytes.subarray(at, at + HEAD.owner)),
      account: {
        owner: encodeBase58(bytes.subarray(at + HEAD.owner, at + HEAD.lamports)),
        lamports: bytes.readBigUInt64LE(at + HEAD.lamports),
        executable: bytes[at + HEAD.executable] === 1,
        data: bytes.subarray(data, end),
      },
    });
    at = end;
  }
  return accounts;
}
