/**
 * The wire format of transactions. It is read strictly, to the last byte: the addon beneath LiteSVM ends the whole
 * process when it gets bytes that are not a transaction.
 */
import { encodeAddress, encodeBase58 } from "./base58";

/** Size of one packet of the network, in bytes. */
export const MAX_TRANSACTION_BYTES = 1_232;

export class WireError extends Error {}

export interface WireInstruction {
  programIdIndex: number;
  accounts: number[];
  data: Buffer;
}

export interface TableLookup {
  table: string;
  writable: number[];
  readonly: number[];
}

export interface Wire {
  bytes: Buffer;
  /** Signatures, base58; the first one identifies the transaction. */
  signatures: string[];
  message: Message;
}

export interface Message {
  /** Bytes that are signed. */
  bytes: Buffer;
  version: "legacy" | 0;
  header: {
    numRequiredSignatures: number;
    numReadonlySignedAccounts: number;
    numReadonlyUnsignedAccounts: number;
  };
  staticKeys: string[];
  blockhash: string;
  instructions: WireInstruction[];
  lookups: TableLookup[];
}

const SANITIZE = "Transaction failed to sanitize accounts offsets correctly";

/** Throws `WireError` unless the bytes are exactly one well-formed transaction. */
export function parseTransaction(bytes: Buffer): Wire {
  const reader = new Reader(bytes);
  const signatures = reader.list(() => encodeBase58(reader.take(64)));
  const message = parseMessage(bytes.subarray(reader.offset));
  if (signatures.length !== message.header.numRequiredSignatures) throw new WireError(SANITIZE);
  return { bytes, signatures, message };
}

/** Throws `WireError` unless the bytes are exactly one well-formed message. */
export function parseMessage(bytes: Buffer): Message {
  const reader = new Reader(bytes);
  const first = reader.byte();
  const isVersioned = (first & 0x80) !== 0;
  if (isVersioned && first !== 0x80) {
    throw new WireError(`unsupported transaction version ${first & 0x7f}`);
  }
  const header = {
    numRequiredSignatures: isVersioned ? reader.byte() : first,
    numReadonlySignedAccounts: reader.byte(),
    numReadonlyUnsignedAccounts: reader.byte(),
  };
  const message: Message = {
    bytes,
    version: isVersioned ? 0 : "legacy",
    header,
    staticKeys: reader.list(() => encodeAddress(reader.take(32))),
    blockhash: encodeBase58(reader.take(32)),
    instructions: reader.list(() => ({
      programIdIndex: reader.byte(),
      accounts: reader.list(() => reader.byte()),
      data: reader.take(reader.length()),
    })),
    lookups: isVersioned
      ? reader.list(() => ({
          table: encodeAddress(reader.take(32)),
          writable: reader.list(() => reader.byte()),
          readonly: reader.list(() => reader.byte()),
        }))
      : [],
  };
  if (reader.offset !== bytes.length) throw new WireError("bytes after the end of the message");
  if (!isSane(message)) throw new WireError(SANITIZE);
  return message;
}

function isSane({ header, staticKeys, instructions, lookups }: Message): boolean {
  const { numRequiredSignatures, numReadonlySignedAccounts, numReadonlyUnsignedAccounts } = header;
  // The first signer pays the fee, so it has to be writable.
  if (numReadonlySignedAccounts >= numRequiredSignatures) return false;
  if (numRequiredSignatures + numReadonlyUnsignedAccounts > staticKeys.length) return false;
  const looked = lookups.map(({ writable, readonly }) => writable.length + readonly.length);
  if (looked.includes(0)) return false;
  const total = looked.reduce((sum, count) => sum + count, staticKeys.length);
  if (total > 256) return false;
  return instructions.every(
    ({ programIdIndex, accounts }) =>
      programIdIndex > 0 &&
      programIdIndex < staticKeys.length &&
      accounts.every((index) => index < total),
  );
}

class Reader {
  offset = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    return this.take(1)[0] as number;
  }

  take(size: number): Buffer {
    const end = this.offset + size;
    if (end > this.bytes.length) throw new WireError("unexpected end of the bytes");
    const taken = this.bytes.subarray(this.offset, end);
    this.offset = end;
    return taken;
  }

  /** Reads a "compact-u16": seven bits per byte, at most three bytes, and only its shortest form. */
  length(): number {
    let value = 0;
    for (let place = 0; place < 3; place += 1) {
      const byte = this.byte();
      if (byte === 0 && place > 0) throw new WireError("a length is not in its shortest form");
      value |= (byte & 0x7f) << (7 * place);
      if ((byte & 0x80) === 0) {
        if (value > 0xffff) break;
        return value;
      }
    }
    throw new WireError("a length is too large");
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.length() }, item);
  }
}
