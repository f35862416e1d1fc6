/** One chain: it executes transactions and notifies listeners. */
import { AccountStore } from "./account-store";
import { areSignaturesValid } from "./signatures";
import { BLOCKHASH_AGE, SLOT_MILLISECONDS, type ChainClock } from "./clock";
import { feeOf, priorityPrice } from "./fees";
import type { History, LandedTransaction } from "./history";
import { messageAccounts, type MessageAccounts } from "./message-accounts";
import { type AccountState, type Outcome, type Simulated, type Svm, SYSVAR_CLOCK } from "./svm";
import { tokenBalances } from "./token-balances";
import type { TransactionError } from "./transaction-error";
import type { Wall } from "./wall";
import type { Wire } from "./wire";

/** Callbacks that the chain runs after a change; each is optional. */
export interface ChainListener {
  /** Runs after `slot` became the current one. `parent` was current before; slots between them were skipped. */
  onSlot?(slot: number, parent: number): void;
  /** Runs after a transaction has landed, failed or not, and its accounts have changed. */
  onTransaction?(landed: LandedTransaction): void;
  /** Runs after the lamports, data or owner of accounts have changed, with their base58 addresses. */
  onAccounts?(addresses: string[]): void;
}

export interface SendOutcome {
  err: TransactionError | null;
  /** False when the transaction was refused before it ran: it left no trace and cost nothing. */
  hasLanded: boolean;
}

export interface SimulationChecks {
  sigVerify: boolean;
  replaceRecentBlockhash: boolean;
}

export class Chain {
  private readonly listeners = new Set<ChainListener>();
  private readonly signed = new WeakSet<Wire>();
  private stopTimer: (() => void) | undefined;

  readonly accounts: AccountStore;

  constructor(
    readonly svm: Svm,
    readonly clock: ChainClock,
    readonly history: History,
    readonly genesisHash: string,
  ) {
    this.accounts = new AccountStore(svm);
    this.applyClock();
  }

  get slot(): number {
    return this.clock.slot;
  }

  /** Starts the slots of a clock that follows the wall; a manual clock stands still. */
  start(wall: Wall): void {
    if (this.clock.mode === "manual") return;
    this.stopTimer = wall.every(SLOT_MILLISECONDS, () => this.tick());
  }

  stop(): void {
    this.stopTimer?.();
    this.stopTimer = undefined;
  }

  listen(listener: ChainListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // Clock

  /** Makes the slot that is due by the wall clock. */
  tick(): void {
    const due = this.clock.dueSlot();
    if (due > this.slot) this.moveClock(() => this.clock.advanceTo(due));
  }

  /** Skips ahead by slots and seconds; blockhashes older than 150 slots expire. */
  warp(slots: number, seconds: number): void {
    this.moveClock(() => {
      if (seconds !== 0) this.clock.setTime(this.clock.time + seconds);
      if (slots > 0) this.clock.skip(slots);
    });
  }

  setTime(unixTimestamp: number): void {
    this.moveClock(() => this.clock.setTime(unixTimestamp));
  }

  // Accounts

  getAccount(address: string): AccountState | null {
    return this.accounts.get(address);
  }

  /** Writes an account without the runtime's checks. Throws for an invalid program or sysvar. */
  setAccount(address: string, account: AccountState): void {
    this.accounts.set(address, account);
    this.tell((listener) => listener.onAccounts?.([address]));
  }

  // Transactions

  send(wire: Wire): SendOutcome {
    const refusal = this.refusal(wire, { sigVerify: true, replaceRecentBlockhash: false });
    if (refusal) return { err: refusal, hasLanded: false };
    if (this.clock.mode === "manual") this.warp(1, 0);
    else this.tick();

    const accounts = this.accountsOf(wire);
    const preBalances = this.balances(accounts.addresses);
    const preTokenBalances = tokenBalances(this, accounts);
    const result = this.svm.execute(wire.bytes);
    if (!isRecorded(result)) return { err: result.err, hasLanded: false };
    const changed = accounts.addresses.filter(
      (address, i) => accounts.isWritable(i) && this.accounts.refresh(address),
    );

    const landed: LandedTransaction = {
      signature: wire.signatures[0] as string,
      slot: this.slot,
      blockTime: this.clock.latest().time,
      wire: wire.bytes.toString("base64"),
      err: result.err,
      logs: result.logs,
      fee: feeOf(wire.message),
      priorityPrice: priorityPrice(wire.message),
      computeUnits: result.computeUnits,
      accounts: accounts.addresses,
      writable: accounts.addresses.map((_, i) => accounts.isWritable(i)),
      loaded: accounts.loaded,
      preBalances,
      postBalances: this.balances(accounts.addresses),
      preTokenBalances,
      postTokenBalances: tokenBalances(this, accounts),
      innerInstructions: result.innerInstructions,
      returnData: result.returnData && {
        programId: result.returnData.programId,
        data: result.returnData.data.toString("base64"),
      },
    };
    this.history.add(landed);
    if (changed.length > 0) this.tell((listener) => listener.onAccounts?.(changed));
    this.tell((listener) => listener.onTransaction?.(landed));
    return { err: result.err, hasLanded: true };
  }

  /** Returns the result that `send` would have, and changes nothing. */
  simulate(wire: Wire, checks: SimulationChecks): Simulated {
    const err = this.refusal(wire, checks);
    if (err) return { outcome: { ...NOTHING, err }, readAccounts: () => new Map() };
    return this.svm.simulate(wire.bytes);
  }

  accountsOf({ message }: Pick<Wire, "message">): MessageAccounts {
    return messageAccounts(message, (table) => this.getAccount(table)?.data ?? null);
  }

  /** Returns the reason why a validator would refuse the transaction, in a validator's order of checks. */
  private refusal(wire: Wire, checks: SimulationChecks): TransactionError | null {
    if (checks.sigVerify && !this.isSigned(wire)) return "SignatureFailure";
    if (checks.replaceRecentBlockhash) return null;
    if (!this.clock.isBlockhashValid(wire.message.blockhash)) return "BlockhashNotFound";
    return this.history.get(wire.signatures[0] as string) ? "AlreadyProcessed" : null;
  }

  private balances(addresses: string[]): bigint[] {
    return addresses.map((address) => this.getAccount(address)?.lamports ?? 0n);
  }

  /** Checks the signatures once, since preflight and landing both ask. */
  private isSigned(wire: Wire): boolean {
    const isSigned = this.signed.has(wire) || areSignaturesValid(wire);
    if (isSigned) this.signed.add(wire);
    return isSigned;
  }

  private moveClock(move: () => void): void {
    const parent = this.slot;
    move();
    this.applyClock();
    if (this.slot !== parent) this.tell((listener) => listener.onSlot?.(this.slot, parent));
    this.tell((listener) => listener.onAccounts?.([SYSVAR_CLOCK]));
  }

  private applyClock(): void {
    this.svm.setClock(this.slot, this.clock.time, this.clock.recentSlots());
  }

  private tell(say: (listener: ChainListener) => void): void {
    for (const listener of this.listeners) say(listener);
  }
}

/** Number of slots for which a signature is kept, so that its transaction cannot land again. */
export const SIGNATURE_AGE = BLOCKHASH_AGE + 1;

const NOTHING: Outcome = {
  err: null,
  logs: [],
  computeUnits: 0,
  innerInstructions: [],
  returnData: null,
};

/** A validator records a transaction that ran, failed or not; one that could not be loaded leaves no trace. */
const isRecorded = ({ err }: Outcome): boolean => err === null || typeof err === "object";
