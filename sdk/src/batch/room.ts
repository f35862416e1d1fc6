import {
  type AddressLookupTableAccount,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import { addressKey } from "../codec/address-key";
import { MAX_TRANSACTION_ACCOUNTS, MAX_TRANSACTION_SIZE } from "../constants";

const SIGNER = 1;
const WRITABLE = 2;
const INVOKED = 4;

const ADDRESS_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Bytes of version, header and blockhash. */
const FIXED_BYTES = 1 + 3 + 32;

/**
 * Counts the bytes and accounts of a signed versioned transaction, instruction by instruction. The result always equals
 * `transactionSize`, which compiles the whole transaction again.
 */
export class TransactionRoom {
  private constructor(
    /** Use of each account, by address. */
    private readonly uses: ReadonlyMap<string, number>,
    /** First lookup table that has the address, by address. */
    private readonly tableOf: ReadonlyMap<string, number>,
    private readonly instructions: number,
    private readonly instructionBytes: number,
  ) {}

  static of(payer: PublicKey, tables: readonly AddressLookupTableAccount[]): TransactionRoom {
    const tableOf = new Map<string, number>();
    tables.forEach(({ state }, table) => {
      for (const address of state.addresses) {
        const key = addressKey(address);
        if (!tableOf.has(key)) tableOf.set(key, table);
      }
    });
    return new TransactionRoom(new Map([[addressKey(payer), SIGNER | WRITABLE]]), tableOf, 0, 0);
  }

  /** Returns the size with these instructions added. */
  with(instructions: readonly TransactionInstruction[]): TransactionRoom {
    const uses = new Map(this.uses);
    const use = (address: PublicKey, how: number) => {
      const key = addressKey(address);
      uses.set(key, (uses.get(key) ?? 0) | how);
    };
    let bytes = this.instructionBytes;
    for (const { programId, keys, data } of instructions) {
      use(programId, INVOKED);
      for (const { pubkey, isSigner, isWritable } of keys) {
        use(pubkey, (isSigner ? SIGNER : 0) | (isWritable ? WRITABLE : 0));
      }
      bytes += 1 + listBytes(keys.length) + listBytes(data.length);
    }
    return new TransactionRoom(uses, this.tableOf, this.instructions + instructions.length, bytes);
  }

  /** Accounts that the transaction locks: everything it names, through a lookup table or not. */
  get accounts(): number {
    return this.uses.size;
  }

  /** Bytes of the signed transaction. */
  get size(): number {
    let signatures = 0;
    let spelled = 0;
    const looked = new Map<number, { writable: number; readonly: number }>();
    for (const [key, how] of this.uses) {
      if (how & SIGNER) signatures += 1;
      // Lookup tables cannot replace signers and called programs.
      const table = how & (SIGNER | INVOKED) ? undefined : this.tableOf.get(key);
      if (table === undefined) {
        spelled += 1;
        continue;
      }
      const counts = looked.get(table) ?? { writable: 0, readonly: 0 };
      counts[how & WRITABLE ? "writable" : "readonly"] += 1;
      looked.set(table, counts);
    }
    let lookups = lengthBytes(looked.size);
    for (const { writable, readonly } of looked.values()) {
      lookups += ADDRESS_BYTES + listBytes(writable) + listBytes(readonly);
    }
    return (
      lengthBytes(signatures) +
      SIGNATURE_BYTES * signatures +
      FIXED_BYTES +
      lengthBytes(spelled) +
      ADDRESS_BYTES * spelled +
      lengthBytes(this.instructions) +
      this.instructionBytes +
      lookups
    );
  }

  get isEnough(): boolean {
    return this.accounts <= MAX_TRANSACTION_ACCOUNTS && this.size <= MAX_TRANSACTION_SIZE;
  }
}

/** Returns the bytes of a list, including its length prefix. */
const listBytes = (length: number): number => lengthBytes(length) + length;

/** Returns the bytes of a "compact-u16", which holds seven bits per byte. */
const lengthBytes = (length: number): number => (length < 0x80 ? 1 : length < 0x4000 ? 2 : 3);
