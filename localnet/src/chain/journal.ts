/** What has changed since the last save of the chain, one line per change, so that a killed process loses no transaction. */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import type { Chain } from "./chain";
import type { ClockState } from "./clock";
import type { LandedTransaction } from "./history";
import { replaceBigint, reviveBigint } from "./ledger-json";
import { decodeAccounts, encodeAccounts } from "./ledger-accounts";
import { type AccountState, type AddressedAccount, SYSVAR_CLOCK } from "./svm";

/** One line of the file. */
interface Entry {
  /** Another chain's lines are no change of this one. */
  genesisHash: string;
  /** Time, and the slots since the line before. */
  clock: ClockState;
  transactionCount: number;
  transaction: LandedTransaction | null;
  /** Accounts as they are after the change, as in the ledger, base64. */
  accounts: string;
}

/** State that lines are applied to. */
export interface JournaledState {
  genesisHash: string;
  clock: ClockState;
  transactionCount: number;
  /** Oldest first. */
  transactions: LandedTransaction[];
  accounts: AddressedAccount[];
}

export class Journal {
  private descriptor: number | undefined;
  private lastSlot = 0;

  constructor(private readonly file: string) {}

  /** Writes every change of a chain from now on. `failed` gets what stands in the way; the next save has the change. */
  follow(chain: Chain, failed: (error: unknown) => void): () => void {
    let addresses: string[] | null = null;
    const flush = (transaction: LandedTransaction | null): void => {
      const changed = new Set(addresses ?? []);
      addresses = null;
      // The runtime makes the sysvars from the clock.
      changed.delete(SYSVAR_CLOCK);
      try {
        this.append(chain, changed, transaction);
      } catch (error) {
        failed(error);
      }
    };
    return chain.listen({
      onAccounts: (changed) => {
        // A transaction follows at once, so that both are one line; a call or a slot has none.
        if (addresses) addresses.push(...changed);
        else {
          addresses = [...changed];
          queueMicrotask(() => addresses && flush(null));
        }
      },
      onTransaction: flush,
    });
  }

  /**
   * Appends a change. The operating system has it when this returns, so it outlives a `kill -9`. It is not flushed to the disk: a
   * machine that loses its power loses what came after the last save.
   */
  private append(
    chain: Chain,
    addresses: Iterable<string>,
    transaction: LandedTransaction | null,
  ): void {
    const accounts = [...addresses].map((address) => ({
      address,
      account: chain.getAccount(address) ?? GONE,
    }));
    const { recent, time } = chain.clock.state();
    const entry: Entry = {
      genesisHash: chain.genesisHash,
      clock: { recent: recent.filter(({ slot }) => slot > this.lastSlot), time },
      transactionCount: chain.history.count,
      transaction,
      accounts: encodeAccounts(accounts).toString("base64"),
    };
    const line = Buffer.from(`${JSON.stringify(entry, replaceBigint)}\n`);
    this.descriptor ??= openSync(this.file, "a");
    const { size } = fstatSync(this.descriptor);
    try {
      for (let at = 0; at < line.length;) at += writeSync(this.descriptor, line, at);
    } catch (error) {
      // A line that is not whole would spoil the next one.
      ftruncateSync(this.descriptor, size);
      throw error;
    }
    this.lastSlot = chain.slot;
  }

  /** Empties the file after a save that has everything in it. */
  clear(chain: Chain): void {
    if (this.descriptor !== undefined || existsSync(this.file)) {
      this.descriptor ??= openSync(this.file, "a");
      ftruncateSync(this.descriptor);
    }
    this.lastSlot = chain.slot;
  }

  /** Removes the file, after the last save. */
  remove(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
    rmSync(this.file, { force: true });
  }

  /**
   * Returns the saved state with the changes of the file. Each says how things are after it, so changes that the save has
   * already do no harm: they come from a process that died between the save and `clear`.
   */
  applyTo(saved: JournaledState): JournaledState {
    const entries = this.read().filter(({ genesisHash }) => genesisHash === saved.genesisHash);
    const last = entries.at(-1);
    if (!last || last.transactionCount < saved.transactionCount) return saved;
    const accounts = new Map(saved.accounts.map((each) => [each.address, each]));
    const transactions = new Map(saved.transactions.map((each) => [each.signature, each]));
    for (const { transaction, accounts: changed } of entries) {
      if (transaction) transactions.set(transaction.signature, transaction);
      for (const each of decodeAccounts(Buffer.from(changed, "base64"))) {
        if (each.account.lamports === 0n) accounts.delete(each.address);
        else accounts.set(each.address, each);
      }
    }
    const all = [...accounts.values()];
    return {
      genesisHash: saved.genesisHash,
      clock: clockOf(saved.clock, entries),
      transactionCount: last.transactionCount,
      transactions: [...transactions.values()],
      // As the ledger has them: programs last.
      accounts: [
        ...all.filter(({ account }) => !account.executable),
        ...all.filter(({ account }) => account.executable),
      ],
    };
  }

  private read(): Entry[] {
    let text: string;
    try {
      text = readFileSync(this.file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    // What follows the last line break was not written to its end: nothing was answered that relies on it.
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line, reviveBigint) as Entry);
  }
}

/** An account that does not exist any more. */
const GONE: AccountState = {
  lamports: 0n,
  owner: "11111111111111111111111111111111",
  executable: false,
  data: Buffer.alloc(0),
};

/** Slots of the save and of the changes, in order, each once. */
function clockOf(saved: ClockState, entries: Entry[]): ClockState {
  const recent = new Map(saved.recent.map((record) => [record.slot, record]));
  for (const { clock } of entries) {
    for (const record of clock.recent) recent.set(record.slot, record);
  }
  return {
    recent: [...recent.values()].sort((a, b) => a.slot - b.slot),
    time: entries.at(-1)!.clock.time,
  };
}
