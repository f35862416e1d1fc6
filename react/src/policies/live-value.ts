/** A value of the chain that stays up to date while somebody looks at it: subscriptions, with polling behind them. */
import type { Connection, PublicKey } from "@solana/web3.js";
import type { Problem } from "../problems/problem";
import { explainProblem } from "../problems/explain-problem";

/** Value of the chain, and how far it can be trusted. */
export interface ChainValue<T> {
  /** `loading` before the first answer, `missing` where the chain has no such account, `failed` where no read succeeded yet. */
  readonly status: "loading" | "ready" | "missing" | "failed";
  /** Value as it was last read; null before, and while it is missing. */
  readonly data: T | null;
  /** Reason why the last read failed; null when it succeeded. */
  readonly problem: Problem | null;
  /** True while `data` may be outdated, because the newest read failed. */
  readonly isStale: boolean;
}

/** One read of a value. */
export interface Reading<T> {
  /** Value that was read; null where it does not exist. */
  data: T | null;
  /** Slot of the read, which rules out older answers later; undefined where it is not known. */
  slot?: number;
  /** Accounts whose changes change the value. */
  accounts: readonly PublicKey[];
  /** Chain time in seconds at which the value changes by itself; null when it does not. */
  changesAt?: number | null;
  /** Chain time of the read in seconds. */
  now?: number;
}

/** Timer and clock of a `LiveValue`; tests pass their own. */
export interface LiveClock {
  /** Returns milliseconds from any origin; it never goes back. */
  now(): number;
  /** Runs `run` once after this many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Clock of the browser, which does not follow changes of the computer's time. */
export const MONOTONIC_CLOCK: LiveClock = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Milliseconds between two reads while the subscriptions work. */
const POLL_MS = 20_000;
/** Milliseconds between two reads while they seem dead. */
const FAST_POLL_MS = 5_000;
/** Milliseconds after a failed read; doubled with each further one. */
const RETRY_MS = 2_000;
const MAX_RETRY_MS = 30_000;
/** Milliseconds in which several notifications become one read. */
const GATHER_MS = 50;
/** Longest time of a browser's timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const LOADING = { status: "loading", data: null, problem: null, isStale: false } as const;

/** Keeps one value up to date for any number of listeners. Nothing runs while there are none. */
export class LiveValue<T> {
  private state: ChainValue<T> = LOADING;
  private readonly listeners = new Set<() => void>();
  private readonly subscriptions = new Map<string, { id: number; address: PublicKey }>();
  private newestSlot = 0;
  private failures = 0;
  private isReading = false;
  private isReadAgain = false;
  private isNotified = false;
  private isDead = false;
  private stopTimer: (() => void) | undefined;
  private fingerprint = "";

  constructor(
    private readonly connection: Connection,
    private readonly read: (minContextSlot: number | undefined) => Promise<Reading<T>>,
    private readonly clock: LiveClock = MONOTONIC_CLOCK,
  ) {}

  readonly getState = (): ChainValue<T> => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1 && !this.isReading) this.refresh();
    return () => {
      this.listeners.delete(listener);
      // A component that moves within a page unmounts and mounts at once.
      this.clock.after(0, () => this.stopWhenUnused());
    };
  };

  /** Returns true while somebody looks at the value. */
  isUsed(): boolean {
    return this.listeners.size > 0;
  }

  /** Reads again now. Answers older than `minSlot`, such as a transaction's slot, do not count. */
  readonly refresh = (minSlot = 0): void => {
    this.newestSlot = Math.max(this.newestSlot, minSlot);
    if (this.isReading) this.isReadAgain = true;
    else void this.readOnce();
  };

  private async readOnce(): Promise<void> {
    this.isReading = true;
    this.isReadAgain = false;
    this.stopTimer?.();
    try {
      const reading = await this.read(this.newestSlot || undefined);
      this.accept(reading);
    } catch (error) {
      this.fail(error);
    }
    this.isReading = false;
    if (this.listeners.size === 0) this.stop();
    else if (this.isReadAgain) void this.readOnce();
  }

  private accept({ data, slot = 0, accounts, changesAt, now }: Reading<T>): void {
    // The RPC was told the slot; this is for one that ignores it.
    if (slot > 0 && slot < this.newestSlot) return this.schedule(FAST_POLL_MS);
    this.newestSlot = Math.max(this.newestSlot, slot);
    this.failures = 0;
    this.noteLiveness(data);
    this.watch(accounts);
    const status = data === null ? "missing" : "ready";
    this.set({ status, data, problem: null, isStale: false });
    const poll = this.isDead ? FAST_POLL_MS : POLL_MS;
    const own =
      typeof changesAt === "number" && now !== undefined ? (changesAt - now) * 1000 : poll;
    this.schedule(Math.min(Math.max(own, 500), poll));
  }

  private fail(error: unknown): void {
    const problem = explainProblem(error);
    const isMissing = problem.code === "account.missing";
    this.failures += 1;
    const { data } = this.state;
    if (isMissing) this.set({ status: "missing", data: null, problem, isStale: false });
    else if (data === null) this.set({ status: "failed", data, problem, isStale: false });
    else this.set({ status: "ready", data, problem, isStale: true });
    const delay = Math.min(RETRY_MS * 2 ** (this.failures - 1), MAX_RETRY_MS);
    this.schedule(isMissing ? FAST_POLL_MS : delay);
  }

  /** A poll that finds a change which no subscription told of means that the websocket is dead: subscribe again. */
  private noteLiveness(data: T | null): void {
    const fingerprint = fingerprintOf(data);
    const isChanged = this.fingerprint !== "" && fingerprint !== this.fingerprint;
    this.fingerprint = fingerprint;
    if (this.isNotified) this.isDead = false;
    else if (isChanged) {
      this.isDead = true;
      this.unwatch();
    }
    this.isNotified = false;
  }

  private watch(accounts: readonly PublicKey[]): void {
    const wanted = new Map(accounts.map((address) => [address.toBase58(), address]));
    for (const [key, { id }] of this.subscriptions) {
      if (wanted.has(key)) continue;
      this.subscriptions.delete(key);
      void this.connection.removeAccountChangeListener(id).catch(() => undefined);
    }
    for (const [key, address] of wanted) {
      if (this.subscriptions.has(key)) continue;
      const id = this.connection.onAccountChange(address, (_info, { slot }) => {
        this.isNotified = true;
        this.newestSlot = Math.max(this.newestSlot, slot);
        if (!this.isReading) this.schedule(GATHER_MS);
        else this.isReadAgain = true;
      });
      this.subscriptions.set(key, { id, address });
    }
  }

  private unwatch(): void {
    for (const { id } of this.subscriptions.values()) {
      void this.connection.removeAccountChangeListener(id).catch(() => undefined);
    }
    this.subscriptions.clear();
  }

  private schedule(milliseconds: number): void {
    this.stopTimer?.();
    this.stopTimer = this.clock.after(Math.min(milliseconds, MAX_TIMER_MS), () => this.refresh());
  }

  private stopWhenUnused(): void {
    if (this.listeners.size === 0 && !this.isReading) this.stop();
  }

  private stop(): void {
    this.stopTimer?.();
    this.stopTimer = undefined;
    this.unwatch();
  }

  private set(state: ChainValue<T>): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** Returns text that differs when the value does, apart from the chain's time and slot. */
function fingerprintOf(data: unknown): string {
  return JSON.stringify(data, (key, value: unknown) => {
    if (key === "now" || key === "slot" || key === "time") return undefined;
    return typeof value === "bigint" ? value.toString() : value;
  });
}
