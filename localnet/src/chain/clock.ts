/** Slots, their blockhashes, and the chain's time. */
import { createHash } from "node:crypto";
import { decodeBase58, encodeBase58 } from "./base58";
import { MAX_SLOT_HASHES, type SlotHash } from "./svm";
import type { Wall } from "./wall";

export const SLOT_MILLISECONDS = 400;
/** Number of blocks for which a cluster accepts a blockhash. */
export const BLOCKHASH_AGE = 150;
/** Number of past slots whose time is kept: about an hour. */
const REMEMBERED_SLOTS = 10_000;

/**
 * - `wall`: a slot every 400 ms. The time runs, from `unixTimestamp` when it is given, otherwise from the machine's.
 * - `manual`: slot and time stand still. Each landed transaction makes a slot, and so does a call.
 */
export interface ClockOptions {
  /** Source of slots and time: `wall` follows the machine's clock; `manual` stands still between calls. */
  mode: "wall" | "manual";
  /** Time to start at, in Unix seconds; a ledger's later time wins. Default: the ledger's (`manual`) or the wall's. */
  unixTimestamp?: number;
}

export interface SlotRecord extends SlotHash {
  time: number;
}

/** The state that a restart continues from. */
export interface ClockState {
  recent: SlotRecord[];
  time: number;
}

export class ChainClock {
  readonly mode: ClockOptions["mode"];
  /** Slots, newest last, with the current one. */
  private records: SlotRecord[] = [];
  private readonly slots = new Map<string, number>();
  private readonly times = new Map<number, number>();
  private manualTime = 0;
  /** Chain time minus wall time, in milliseconds; in wall mode only. */
  private offset = 0;
  /** Wall time at which this slot began; in wall mode only. */
  private anchor = { wall: 0, slot: 0 };

  constructor(
    { mode, unixTimestamp }: ClockOptions,
    private readonly wall: Wall,
    private readonly genesisHash: string,
    saved?: ClockState,
  ) {
    this.mode = mode;
    const wallTime = Math.floor(wall.now() / 1_000);
    // A chain's time never goes back, so a restart keeps it or moves it forward.
    const wanted = unixTimestamp ?? (saved && mode === "manual" ? saved.time : wallTime);
    const time = Math.max(wanted, saved?.time ?? 0);
    this.setAnchor(time, saved?.recent.at(-1)?.slot ?? 1, time === wallTime);
    for (const record of saved?.recent ?? []) this.remember(record);
    if (!saved) this.remember(this.record(1));
  }

  get slot(): number {
    return (this.records.at(-1) as SlotRecord).slot;
  }

  /** Unix seconds. */
  get time(): number {
    if (this.mode === "manual") return this.manualTime;
    return Math.floor((this.wall.now() + this.offset) / 1_000);
  }

  latest(): SlotRecord {
    return this.records.at(-1) as SlotRecord;
  }

  /** Returns the newest 512 slots, newest first: the content of the SlotHashes sysvar. */
  recentSlots(): SlotHash[] {
    return [...this.records].reverse();
  }

  /** Returns undefined for a slot that was skipped or is too old. */
  timeOf(slot: number): number | undefined {
    return this.times.get(slot);
  }

  /** Returns the last block height at which transactions with this blockhash land; undefined for an unknown blockhash. */
  lastValidHeight(blockhash: string): number | undefined {
    const slot = this.slots.get(blockhash);
    return slot === undefined ? undefined : slot + BLOCKHASH_AGE;
  }

  isBlockhashValid(blockhash: string): boolean {
    const lastValid = this.lastValidHeight(blockhash);
    return lastValid !== undefined && this.slot <= lastValid;
  }

  /** Returns the slot that is due by the wall clock; in manual mode, the current slot. */
  dueSlot(): number {
    if (this.mode === "manual") return this.slot;
    const since = this.wall.now() - this.anchor.wall;
    return Math.max(this.slot, this.anchor.slot + Math.floor(since / SLOT_MILLISECONDS));
  }

  /** Makes a later slot the current one and skips the slots between. */
  advanceTo(slot: number): void {
    if (slot <= this.slot) return;
    this.remember(this.record(slot));
  }

  /** Skips ahead by slots; the time stays. */
  skip(slots: number): void {
    const target = this.slot + slots;
    this.anchor = { wall: this.wall.now(), slot: target };
    this.advanceTo(target);
  }

  /** Sets the chain's time, in Unix seconds; in wall mode it runs on from there. */
  setTime(unixTimestamp: number): void {
    this.manualTime = unixTimestamp;
    this.offset = unixTimestamp * 1_000 - this.wall.now();
  }

  state(): ClockState {
    return { recent: this.records, time: this.time };
  }

  private setAnchor(time: number, slot: number, followsWall: boolean): void {
    this.setTime(time);
    // The offset to the wall clock includes its fractions of a second.
    if (followsWall) this.offset = 0;
    this.anchor = { wall: this.wall.now(), slot };
  }

  private record(slot: number): SlotRecord {
    const genesis = decodeBase58(this.genesisHash) as Buffer;
    const digest = createHash("sha256").update(genesis).update(`blockhash/${slot}`).digest();
    return { slot, hash: encodeBase58(digest), time: this.time };
  }

  private remember(record: SlotRecord): void {
    this.records.push(record);
    this.slots.set(record.hash, record.slot);
    const oldest = record.slot - MAX_SLOT_HASHES;
    const kept = this.records.findIndex(({ slot }) => slot > oldest);
    for (const { hash } of this.records.splice(0, kept)) this.slots.delete(hash);
    this.times.set(record.slot, record.time);
    for (const slot of this.times.keys()) {
      if (slot > record.slot - REMEMBERED_SLOTS) break;
      this.times.delete(slot);
    }
  }
}
