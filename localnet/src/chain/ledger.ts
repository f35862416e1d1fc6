/** The chain's state on disk: one file, replaced whole or not at all. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { inDirectory } from "../errors";
import type { Chain } from "./chain";
import type { ClockState } from "./clock";
import type { LandedTransaction } from "./history";
import { decodeAccounts, encodeAccounts } from "./ledger-accounts";
import type { AddressedAccount } from "./svm";

const MAGIC = Buffer.from("MILEPOST-LOCALNET-1\n");
/** Of the transactions too old to land twice, how many the file keeps. */
const SAVED_TRANSACTIONS = 5_000;

export interface SavedChain {
  genesisHash: string;
  clock: ClockState;
  transactionCount: number;
  /** Oldest first. */
  transactions: LandedTransaction[];
  /** All that a fresh LiteSVM does not have. */
  accounts: AddressedAccount[];
}

export class LedgerError extends Error {}

export class Ledger {
  private readonly file: string;

  constructor(private readonly directory: string) {
    this.file = path.join(directory, "chain.bin");
    inDirectory(directory, () => mkdirSync(directory, { recursive: true }));
  }

  /**
   * Null when nothing was saved yet.
   * @throws LedgerError when the file is not what `save` wrote
   */
  load(): SavedChain | null {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw new LedgerError(
        `${this.file} is not a ledger of this version. Move it away, or choose another directory with --ledger.`,
      );
    }
    try {
      const start = MAGIC.length + 4;
      const end = start + bytes.readUInt32LE(MAGIC.length);
      const header = JSON.parse(bytes.subarray(start, end).toString(), reviveBigint);
      return { ...header, accounts: decodeAccounts(bytes.subarray(end)) };
    } catch {
      throw new LedgerError(
        `${this.file} is damaged. Move it away, or choose another directory with --ledger.`,
      );
    }
  }

  /** A crash at any point leaves the file of before or the file of now. @throws LocalnetError `DirectoryNotWritable` */
  save(chain: Chain, youngerThan: number): void {
    inDirectory(this.directory, () => this.write(chain, youngerThan));
  }

  private write(chain: Chain, youngerThan: number): void {
    const all = chain.history.newestFirst();
    const needed = chain.history.since(chain.slot - youngerThan).length;
    const saved: Omit<SavedChain, "accounts"> = {
      genesisHash: chain.genesisHash,
      clock: chain.clock.state(),
      transactionCount: chain.history.count,
      transactions: all.slice(0, Math.max(needed, SAVED_TRANSACTIONS)).reverse(),
    };
    const header = Buffer.from(JSON.stringify(saved, replaceBigint));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(header.length, 0);

    const temporary = `${this.file}.new`;
    const descriptor = openSync(temporary, "w");
    try {
      for (const part of [MAGIC, size, header, encodeAccounts(chain.accounts.changedAccounts())]) {
        for (let at = 0; at < part.length;) at += writeSync(descriptor, part, at);
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, this.file);
    const directory = openSync(this.directory, "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}

const replaceBigint = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? { u64: value.toString() } : value;

const reviveBigint = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "u64" in value
    ? BigInt((value as { u64: string }).u64)
    : value;
