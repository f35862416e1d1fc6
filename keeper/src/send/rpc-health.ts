/** Keeps the state of each RPC: how fast it answers, how far it has seen, what it does not offer, and when it is set aside. */
import { SCAN } from "./rpc-answers";
import type { RpcChange, RpcHostView, SetAsideReason } from "./rpc-views";

export type { RpcChange, RpcHostView, SetAsideReason } from "./rpc-views";

/** So many failures in a row set an RPC aside. */
const FAILURES = 3;
/** The first rest of an RPC that is set aside; doubled with each one in a row, up to the maximum. */
const REST_MS = 5_000;
const MAX_REST_MS = 300_000;
/** So long a trial request counts as under way. */
const TRIAL_MS = 30_000;
/** So long a method that an RPC has refused is asked of the others, doubled each time. */
const METHOD_REST_MS = 300_000;
const MAX_METHOD_REST_MS = 3_600_000;
/** About 30 seconds. Finalized answers are some 32 slots behind confirmed ones. */
const LAG_SLOTS = 75;
/** About an hour: no RPC moves so far between two answers, so it may be another chain's. */
export const JUMP_SLOTS = 9_000;
const LATENCY_WEIGHT = 0.2;
const SLOW_MS = 2_000;
/** So long what an RPC has said of its slot counts against another one. */
const FRESH_MS = 60_000;

interface HostState {
  host: string;
  latencyMs: number | null;
  slot: number | null;
  slotAt: number;
  /** Of an answer that was not believed yet. */
  jumpedTo: number | null;
  failures: number;
  setAside: SetAsideReason | null;
  /** When it is tried again. */
  restsUntil: number;
  /** Rests in a row, without a long time of good answers in between. */
  rests: number;
  backAt: number;
  /** A request is under way that tries it again. */
  isOnTrial: boolean;
  /** By method. */
  refused: Map<string, { until: number; restMs: number }>;
  /** Until when it has asked to be left alone. */
  busyUntil: number;
}

/**
 * State of the RPCs of a pool, by their place in it. What is set aside is asked only when nothing else answers; when its
 * rest is over, one request tries it again. With one RPC, nothing but another chain sets it aside.
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

  /** Tells of each RPC that is set aside or used again; at once of those that are set aside. */
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

  /** Whether one request may find out if it is back. */
  isTrialDue(index: number): boolean {
    const { setAside, restsUntil } = this.hosts[index]!;
    return setAside !== null && setAside !== "wrong chain" && restsUntil <= this.now();
  }

  /** Whether it has refused the method lately. */
  hasRefused(index: number, method: string): boolean {
    return (this.hosts[index]!.refused.get(method)?.until ?? -Infinity) > this.now();
  }

  /** Milliseconds until it takes requests again, by its own word. */
  busyMs(index: number): number {
    return Math.max(0, this.hosts[index]!.busyUntil - this.now());
  }

  /** Returns the moving average of the time to an answer, in milliseconds; null before the first answer. */
  latencyMs(index: number): number | null {
    return this.hosts[index]!.latencyMs;
  }

  /** A request goes out to it: while a trial is under way, nobody else tries. */
  asked(index: number): void {
    const state = this.hosts[index]!;
    if (!this.isTrialDue(index)) return;
    state.isOnTrial = true;
    state.restsUntil = this.now() + TRIAL_MS;
  }

  /** Whether an answer at this slot may be of another chain, or made up. */
  isJump(index: number, slot: number): boolean {
    const known = this.hosts[index]!.slot ?? this.referenceSlot(index);
    return (known !== null && Math.abs(slot - known) > JUMP_SLOTS) || this.isMadeUp(index, slot);
  }

  /**
   * Whether a jump is to be believed: backwards, or forwards when the next answer says the same and no other RPC says
   * otherwise. A slot of the far future would have every later read refused, as from before it.
   */
  isBelievedJump(index: number, slot: number): boolean {
    const state = this.hosts[index]!;
    if (state.slot !== null && slot < state.slot) return true;
    const before = state.jumpedTo;
    state.jumpedTo = slot;
    const isRepeated = before !== null && Math.abs(slot - before) <= JUMP_SLOTS;
    return isRepeated && !this.isMadeUp(index, slot);
  }

  /** A good answer. `slot` is the one of its context. */
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

  /** No answer, or none that is of use. */
  failed(index: number, reason: SetAsideReason = "failing"): void {
    const state = this.hosts[index]!;
    state.failures += 1;
    if (state.failures >= FAILURES || state.setAside) this.setAside(index, reason);
  }

  /** It wants to be left alone for so long. */
  limited(index: number, milliseconds: number): void {
    this.hosts[index]!.busyUntil = this.now() + milliseconds;
    this.failed(index, "rate limited");
  }

  /** It does not offer the method. */
  refusedMethod(index: number, method: string): void {
    const { refused } = this.hosts[index]!;
    const before = refused.get(method);
    const restMs = Math.min(before ? 2 * before.restMs : METHOD_REST_MS, MAX_METHOD_REST_MS);
    refused.set(method, { until: this.now() + restMs, restMs });
  }

  /** Sets an RPC aside; again, for longer. */
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

  /** Whether it took seconds for what another RPC answers in a quarter of the time. */
  private isSlow(index: number, method: string, milliseconds: number): boolean {
    if (milliseconds < SLOW_MS || method === SCAN) return false;
    return this.hosts.some(
      ({ latencyMs }, other) =>
        other !== index && latencyMs !== null && 4 * latencyMs < milliseconds,
    );
  }

  /** Whether it is an hour ahead of what the others have said lately. */
  private isMadeUp(index: number, slot: number): boolean {
    const reference = this.referenceSlot(index, this.now() - FRESH_MS);
    return reference !== null && slot - reference > JUMP_SLOTS;
  }

  private isBehind(index: number, slot: number): boolean {
    const reference = this.referenceSlot(index);
    if (reference === null || reference - slot <= LAG_SLOTS) return false;
    // Of two that disagree by hours, one makes it up, and nobody knows which.
    return reference - slot <= JUMP_SLOTS;
  }

  /** The second newest of the others' slots, so that of several, one alone sets none aside; of one other, its slot. */
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
