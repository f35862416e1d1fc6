/** Reads the time of the chain. */
import { type Commitment, type Connection, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import type { Timers } from "./timers";

/** A reading of the Clock sysvar. */
export interface ChainTime {
  /** Slot of the reading. */
  slot: number;
  /** Time of the chain at that slot, in Unix seconds. */
  now: bigint;
}

/** Options of `ChainClock`. */
export interface ChainClockOptions {
  /** Connection that the sysvar is read from. */
  connection: Pick<Connection, "getAccountInfo">;
  /** Local clock, by which a reading ages. */
  timers: Timers;
  /** Commitment of the reads. Default: the connection's. */
  commitment?: Commitment;
  /** Age up to which a reading counts while no newer slot is known, in milliseconds. Default: 400, about one slot. */
  maxAgeMs?: number;
}

/** Longest lag of an RPC; when all readings are older for this long, the reading before them was wrong. */
const MAX_LAG_MS = 60_000;
/** Most slots that a report may be ahead of the last reading, about a minute; a later slot is invented. */
export const MAX_LEAD_SLOTS = 150;
const SLOT_OFFSET = 0;
const UNIX_TIMESTAMP_OFFSET = 32;

/** Reads the Clock sysvar once per slot, and does not go back when a lagging RPC answers. */
export class ChainClock {
  private last: (ChainTime & { readAt: number; advancedAt: number }) | null = null;
  private newestSlot = 0;
  private reading: Promise<ChainTime> | null = null;
  private readonly maxAgeMs: number;

  constructor(private readonly options: ChainClockOptions) {
    this.maxAgeMs = options.maxAgeMs ?? 400;
  }

  /** Slot of the last reading; null before the first one. */
  get slot(): number | null {
    return this.last && this.last.slot;
  }

  /** Reports a slot that was seen, such as by a subscription: an earlier reading is then out of date. */
  sawSlot(slot: number): void {
    this.newestSlot = Math.max(this.newestSlot, slot);
  }

  /** Reports a reading that came with other accounts. An earlier one than the last counts for nothing. */
  sawTime({ slot, now }: ChainTime): void {
    const { last } = this;
    if (last && (slot < last.slot || now < last.now)) return;
    const readAt = this.options.timers.now();
    this.last = { slot, now, readAt, advancedAt: readAt };
  }

  /**
   * Returns the chain's time, with one request per slot for all callers. With `maxAgeMs`, a reading of that age counts
   * although newer slots are known. Rejects when the sysvar cannot be read.
   */
  async time({ maxAgeMs = 0 } = {}): Promise<ChainTime> {
    const { last } = this;
    if (last) {
      const age = this.options.timers.now() - last.readAt;
      const isNewest = last.slot >= this.newestSlot;
      if (age < maxAgeMs || (isNewest && age < this.maxAgeMs)) {
        return { slot: last.slot, now: last.now };
      }
    }
    this.reading ??= this.read().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private async read(): Promise<ChainTime> {
    const { connection, commitment, timers } = this.options;
    const info = await connection.getAccountInfo(SYSVAR_CLOCK_PUBKEY, commitment);
    if (!info || info.data.length < UNIX_TIMESTAMP_OFFSET + 8) {
      throw new Error("the RPC has no Clock sysvar");
    }
    const slot = Number(info.data.readBigUInt64LE(SLOT_OFFSET));
    const now = info.data.readBigInt64LE(UNIX_TIMESTAMP_OFFSET);
    const readAt = timers.now();
    // An invented slot would otherwise stay the newest permanently.
    if (this.newestSlot > slot + MAX_LEAD_SLOTS) this.newestSlot = slot;
    const { last } = this;
    if (!last || slot >= last.slot || readAt - last.advancedAt >= MAX_LAG_MS) {
      this.last = { slot, now, readAt, advancedAt: readAt };
      return { slot, now };
    }
    last.readAt = readAt;
    return { slot: last.slot, now: last.now };
  }
}
