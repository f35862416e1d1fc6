/** Keeps the state of each RPC: its latency, its slot, the methods it does not offer, and when it is set aside. */
import { SCAN } from "./rpc-answers";
import type { RpcChange, RpcHostView, SetAsideReason } from "./rpc-views";

export type { RpcChange, RpcHostView, SetAsideReason } from "./rpc-views";

/** Number of failures in a row that set an RPC aside. */
const FAILURES = 3;
/** First rest of an RPC that is set aside; it doubles with each one in a row, up to the maximum. */
const REST_MS = 5_000;
const MAX_REST_MS = 300_000;
/** Time for which a trial request counts as under way. */
const TRIAL_MS = 30_000;
/** Time for which a refused method goes to other RPCs; it doubles with each refusal. */
const METHOD_REST_MS = 300_000;
const MAX_METHOD_REST_MS = 3_600_000;
/** Lag of about 30 seconds. Finalized answers are about 32 slots behind confirmed ones. */
const LAG_SLOTS = 75;
/** Jump of about an hour: no RPC moves so far between two answers, so it may be another chain's. */
export const JUMP_SLOTS = 9_000;
const LATENCY_WEIGHT = 0.2;
const SLOW_MS = 2_000;
/** Time for which the slot of one RPC counts against another one. */
const FRESH_MS = 60_000;

interface HostState {
  host: string;
  latencyMs: number | null;
  slot: number | null;
  slotAt: number;
  /** Slot of an answer that was not believed yet. */
  jumpedTo: number | null;
  failures: number;
  setAside: SetAsideReason | null;
  /** Time of the next trial. */
  restsUntil: number;
  /** Number of rests in a row, without a long time of good answers in between. */
  rests: number;
  backAt: number;
  /** True while a request is under way that tries it again. */
  isOnTrial: boolean;
  /** Refusals by method. */
  refused: Map<string, { until: number; restMs: number }>;
  /** Time until which the RPC asked for a pause. */
  busyUntil: number;
}

/**
 * Keeps the state of the RPCs of a pool, by their place in it. An RPC that is set aside is asked only when no other
 * answers; when its rest is over, one request tries it again. A single RPC is set aside only for leading to another
 * chain.
 */
export class RpcHealth {
  private readonly hosts: HostState[];
  private readonly listeners: ((change: RpcChange) => void)[] = [];

  /** @param now milliseconds that only grow */
  constructor(
    hosts: readonly string[],
    private readonly now: () => number,
  ) {
    this.hosts = hosts.map((host) => ({
      ...{
        host,
        latencyMs: null,
        slot: null,
        failures: 0,
        setAside: null,
        restsUntil: 0,
        rests: 0,
      },
      ...{
        slotAt: -Infinity,
        jumpedTo: null,
        backAt: -Infinity,
        isOnTrial: false,
        refused: new Map(),
        busyUntil: -Infinity,
      },
    }));
  }

  /** Calls the listener for each RPC that is set aside or used again, and at once for each that is set aside now. */
  onChange(listener: (change: RpcChange) => void): void {
    this.listeners.push(listener);
    for (const state of this.hosts) if (state.setAside) listener(this.changeOf(state));
  }

  /** Returns host and port of the RPC at this place in the pool, without the rest of its URL. */
  hostOf(index: number): string {
    return this.hosts[index]!.host;
  }

  /** Returns the state of every RPC, in the order of the pool. */
  views(): RpcHostView[] {
    const now = this.now();
    return this.hosts.map(({ host, setAside, latencyMs, slot, refused }) => ({
      host,
      setAside,
      latencyMs: latencyMs === null ? null : Math.round(latencyMs),
      slot,
      unsupported: [...refused].filter(([, { until }]) => until > now).map(([method]) => method),
    }));
  }

  /** True while the RPC is set aside, for any reason. */
  isSetAside(index: number): boolean {
    return this.hosts[index]!.setAside !== null;
  }

  /** True while the RPC is set aside because it leads to another chain; then it gets no request except a check. */
  isOfWrongChain(index: number): boolean {
    return this.hosts[index]!.setAside === "wrong chain";
  }

  /** Returns true when one request may find out if it is back. */
  isTrialDue(index: number): boolean {
    const { setAside, restsUntil } = this.hosts[index]!;
    return setAside !== null && setAside !== "wrong chain" && restsUntil <= this.now();
  }

  /** Returns true when it has refused the method lately. */
  hasRefused(index: number, method: string): boolean {
    return (this.hosts[index]!.refused.get(method)?.until ?? -Infinity) > this.now();
  }

  /** Returns the milliseconds until it takes requests again, by its own word. */
  busyMs(index: number): number {
    return Math.max(0, this.hosts[index]!.busyUntil - this.now());
  }

  /** Returns the moving average of the time to an answer, in milliseconds; null before the first answer. */
  latencyMs(index: number): number | null {
    return this.hosts[index]!.latencyMs;
  }

  /** Notes that a request goes out to it: while a trial is under way, no other request tries it. */
  asked(index: number): void {
    const state = this.hosts[index]!;
    if (!this.isTrialDue(index)) return;
    state.isOnTrial = true;
    state.restsUntil = this.now() + TRIAL_MS;
  }

  /** Returns true when an answer at this slot may be of another chain, or made up. */
  isJump(index: number, slot: number): boolean {
    const known = this.hosts[index]!.slot ?? this.referenceSlot(index);
    return (known !== null && Math.abs(slot - known) > JUMP_SLOTS) || this.isMadeUp(index, slot);
  }

  /**
   * Decides when to believe a jump: backwards, or forwards when the next answer says the same and no other RPC
   * contradicts it. A slot of the far future would have every later read refused, as from before it.
   */
  isBelievedJump(index: number, slot: number): boolean {
    const state = this.hosts[index]!;
    if (state.slot !== null && slot < state.slot) return true;
    const before = state.jumpedTo;
    state.jumpedTo = slot;
    const isRepeated = before !== null && Math.abs(slot - before) <= JUMP_SLOTS;
    return isRepeated && !this.isMadeUp(index, slot);
  }

  /** Notes a good answer. `slot` is the one of its context. */
  succeeded(index: number, method: string, milliseconds: number, slot: number | null): void {
    const state = this.hosts[index]!;
    const { latencyMs } = state;
    state.latencyMs =
      latencyMs === null ? milliseconds : latencyMs + LATENCY_WEIGHT * (milliseconds - latencyMs);
    state.refused.delete(method);
    if (slot !== null) {
      state.slot = slot;
      state.slotAt = this.now();
      state.jumpedTo = null;
    }
    if (slot !== null && this.isBehind(index, slot)) return this.setAside(index, "behind");
    if (this.isSlow(index, method, milliseconds)) return this.failed(index, "slow");
    state.failures = 0;
    // An answer without a slot does not show that it has caught up.
    if (state.setAside === "behind" && slot === null) return;
    if (state.setAside !== null && state.setAside !== "wrong chain") this.takeBack(index);
  }

  /** Notes a missing or useless answer. */
  failed(index: number, reason: SetAsideReason = "failing"): void {
    const state = this.hosts[index]!;
    state.failures += 1;
    if (state.failures >= FAILURES || state.setAside) this.setAside(index, reason);
  }

  /** Notes that it asked for a pause of this length. */
  limited(index: number, milliseconds: number): void {
    this.hosts[index]!.busyUntil = this.now() + milliseconds;
    this.failed(index, "rate limited");
  }

  /** Notes that it does not offer the method. */
  refusedMethod(index: number, method: string): void {
    const { refused } = this.hosts[index]!;
    const before = refused.get(method);
    const restMs = Math.min(before ? 2 * before.restMs : METHOD_REST_MS, MAX_METHOD_REST_MS);
    refused.set(method, { until: this.now() + restMs, restMs });
  }

  /** Sets an RPC aside; a repetition lasts longer. */
  setAside(index: number, reason: SetAsideReason): void {
    const state = this.hosts[index]!;
    if (this.hosts.length === 1 && reason !== "wrong chain") return;
    const now = this.now();
    const { setAside: before, isOnTrial } = state;
    const isNews = before === null || (reason === "wrong chain" && before !== reason);
    // Requests that were under way together count as one rest.
    if (!isNews && !isOnTrial && state.restsUntil > now) return;
    const isRelapse = before !== null || now - state.backAt < MAX_REST_MS;
    state.rests = isRelapse ? state.rests + 1 : 1;
    state.restsUntil = now + restOf(state.rests);
    state.isOnTrial = false;
    if (!isNews) return;
    state.setAside = reason;
    this.tell(state);
  }

  /** Uses an RPC again. */
  takeBack(index: number): void {
    const state = this.hosts[index]!;
    if (state.setAside === null) return;
    state.setAside = null;
    state.isOnTrial = false;
    state.failures = 0;
    state.backAt = this.now();
    this.tell(state);
  }

  /** Returns true when it took seconds for an answer that another RPC gives in a quarter of the time. */
  private isSlow(index: number, method: string, milliseconds: number): boolean {
    if (milliseconds < SLOW_MS || method === SCAN) return false;
    return this.hosts.some(
      ({ latencyMs }, other) =>
        other !== index && latencyMs !== null && 4 * latencyMs < milliseconds,
    );
  }

  /** Returns true when it is an hour ahead of the others' latest slots. */
  private isMadeUp(index: number, slot: number): boolean {
    const reference = this.referenceSlot(index, this.now() - FRESH_MS);
    return reference !== null && slot - reference > JUMP_SLOTS;
  }

  private isBehind(index: number, slot: number): boolean {
    const reference = this.referenceSlot(index);
    if (reference === null || reference - slot <= LAG_SLOTS) return false;
    // When two disagree by hours, one of them is wrong, and it is not known which.
    return reference - slot <= JUMP_SLOTS;
  }

  /**
   * Returns the second newest of the others' slots, so that one of several can set none aside alone; with one other
   * RPC, its slot.
   */
  private referenceSlot(index: number, since = -Infinity): number | null {
    const slots = this.hosts
      .flatMap(({ slot, slotAt }, other) =>
        other === index || slot === null || slotAt < since ? [] : [slot],
      )
      .sort((a, b) => b - a);
    return (this.hosts.length > 2 ? slots[1] : slots[0]) ?? null;
  }

  private changeOf({ host, setAside }: HostState): RpcChange {
    const count = this.hosts.filter((each) => each.host === host && each.setAside).length;
    return { host, setAside, count };
  }

  private tell(state: HostState): void {
    for (const listener of this.listeners) listener(this.changeOf(state));
  }
}

function restOf(rests: number): number {
  return Math.min(REST_MS * 2 ** Math.max(rests - 1, 0), MAX_REST_MS);
}
