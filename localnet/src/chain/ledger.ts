/** The chain's state on disk: one file that is replaced atomically, and a journal of what has changed since. */
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
import { inDirectory } from "../errors/system-errors";
import type { Chain } from "./chain";
import type { ClockState } from "./clock";
import { Journal } from "./journal";
import type { LandedTransaction } from "./history";
import { decodeAccounts, encodeAccounts } from "./ledger-accounts";
import { replaceBigint, reviveBigint } from "./ledger-json";
import type { AddressedAccount } from "./svm";

const MAGIC = Buffer.from("MILEPOST-LOCALNET-1\n");
/** Number of transactions in the file that are too old to land twice. */
const SAVED_TRANSACTIONS = 5_000;

/** Files of a ledger's directory. */
export const LEDGER_FILES = { chain: "chain.bin", journal: "chain.journal" };

export interface SavedChain {
  genesisHash: string;
  clock: ClockState;
  transactionCount: number;
  /** Transactions, oldest first. */
  transactions: LandedTransaction[];
  /** Accounts that a fresh LiteSVM does not have. */
  accounts: AddressedAccount[];
}

export class LedgerError extends Error {}

export class Ledger {
  private readonly file: string;
  private readonly journal: Journal;

  constructor(private readonly directory: string) {
    this.file = path.join(directory, LEDGER_FILES.chain);
    this.journal = new Journal(path.join(directory, LEDGER_FILES.journal));
    inDirectory(directory, () => mkdirSync(directory, { recursive: true }));
  }

  /**
   * Returns null when nothing was saved yet.
   * Throws `LedgerError` when `save` did not write the file.
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
      const header = JSON.parse(bytes.subarray(start, end).toString(), reviveBigint) as SavedChain;
      return this.journal.applyTo({ ...header, accounts: decodeAccounts(bytes.subarray(end)) });
    } catch {
      throw new LedgerError(
        `${this.file} or its journal is damaged. Move the directory away, or choose another directory with --ledger.`,
      );
    }
  }

  /** Saves the chain. A crash leaves the old file or the new one. Throws `LocalnetError` (`DirectoryNotWritable`). */
  save(chain: Chain, youngerThan: number): void {
    inDirectory(this.directory, () => this.write(chain, youngerThan));
    this.journal.clear(chain);
  }

  /**
   * Writes each change to the journal as it happens, so that no landed transaction is lost when the process is killed. Save
   * first. Returns a function that ends it.
   */
  follow(chain: Chain, failed: (error: unknown) => void): () => void {
    return this.journal.follow(chain, failed);
  }

  /** Removes the journal, after the last save. */
  close(): void {
    this.journal.remove();
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
