/** Makes requests to RPCs with a time limit, and repeats the ones that change nothing. */
import { readPauseMs } from "./backoff";
import { type Pause, systemPause } from "./pause";
import { callOf, GENESIS_HASH, type RpcCall, SCAN } from "./rpc-answers";
import { RpcMethodUnavailableError, soonestLimit } from "./rpc-failures";
import { type Fetch, RpcPool, type RpcPoolOptions, type Try } from "./rpc-pool";

export interface RpcFetchOptions extends RpcPoolOptions {
  /**
   * Time until a request has failed, with all its attempts, in milliseconds. A scan may take as long on each RPC.
   * Other requests first get a part of it, as an RPC that is silent for that long seldom answers later.
   */
  timeoutMs: number;
  /** Limit of attempts at a read, when there are not more RPCs. Default: 4. */
  attempts?: number;
  /** Pool with the state of the RPCs, shared with other connections to them. Default: a pool of its own. */
  pool?: RpcPool;
  /** Places in the pool of the RPCs that are asked. Default: all. */
  members?: readonly number[];
  /** Pause between two attempts on one RPC. */
  pause?: Pause;
  /** Pause until the next RPC is asked as well, while the first is silent. Default: the system's. */
  hedgePause?: Pause;
  /** Random numbers in [0, 1). */
  random?: () => number;
}

const FIRST_LIMIT_MS = 5_000;
/** Bounds of the time before the next RPC is asked as well: three times as long as an RPC usually takes. */
const MIN_HEDGE_MS = 500;
const MAX_HEDGE_MS = 2_000;
const SCAN_HEDGE_MS = 15_000;

/** Methods that change nothing on chain, however often they are called. Any other method goes out once. */
const READ = /^(get[A-Z]\w*|simulateTransaction|isBlockhashValid|minimumLedgerSlot)$/;

/**
 * Returns a `fetch` for a web3.js `Connection`, which by itself waits for an answer without limit. It asks the RPC
 * that answered last. When that one takes long, the next is asked as well, and the first good answer counts. A failed
 * read goes to the others and, after short pauses, to the same ones again; an RPC that is set aside, or has refused
 * the method, comes last. A transaction goes out once: its caller, who has journaled the bytes, sends them again.
 * @example
 * new Connection(url, { disableRetryOnRateLimit: true, fetch: rpcFetch({ urls: [url], timeoutMs: 10_000 }) });
 */
export function rpcFetch(options: RpcFetchOptions): Fetch {
  const pool = options.pool ?? new RpcPool(options);
  const members = options.members ?? options.urls.map((_, index) => index);
  const turns = { current: 0 };
  const { timeoutMs, pause = systemPause, hedgePause = systemPause } = options;
  const settings: ReadSettings = {
    ...{ pool, members, turns, timeoutMs, pause, hedgePause },
    random: options.random ?? Math.random,
    attempts: Math.max(options.attempts ?? 4, members.length),
  };
  return async (_, init) => {
    const call = callOf(init?.body);
    if (!READ.test(call.method)) return sendOnce(settings, call, init);
    if (isToRest(settings, call)) throw pool.setAsideError(members[0]!);
    return new Read(settings, call, init).run();
  };
}

interface ReadSettings {
  pool: RpcPool;
  members: readonly number[];
  /** Place in `members` of the RPC to ask first. */
  turns: { current: number };
  timeoutMs: number;
  attempts: number;
  pause: Pause;
  hedgePause: Pause;
  random: () => number;
}

type Bad = Try & { isGood: false };

/** Returns true when the only RPC to ask is set aside, and others answer. */
function isToRest({ pool: { health, urls }, members }: ReadSettings, call: RpcCall): boolean {
  const [index] = members;
  if (members.length > 1 || !health.isSetAside(index!) || call.method === GENESIS_HASH)
    return false;
  return !health.isTrialDue(index!) && urls.some((_, other) => !health.isSetAside(other));
}

/** Sends a request that is not a read to one RPC, once. */
async function sendOnce(
  { pool, members, turns, timeoutMs }: ReadSettings,
  call: RpcCall,
  init: RequestInit | undefined,
): Promise<Response> {
  const places = members.map((_, step) => (turns.current + step) % members.length);
  const usable = places.filter((place) => !pool.health.isOfWrongChain(members[place]!));
  const [place] =
    members.length > 1 ? inOrder(usable, (each) => rank(pool, members[each]!, call)) : usable;
  if (place === undefined) throw pool.wrongChainError(members);
  const made = await pool.ask(members[place]!, { call, init, milliseconds: timeoutMs });
  turns.current = made.isGood ? place : (place + 1) % members.length;
  if (made.isGood) return made.response;
  if (made.response) return made.response;
  throw made.error;
}

/** Makes one read, with all its attempts. */
class Read {
  private readonly deadline: number;
  private readonly isScan: boolean;
  /** Places of the RPCs that can't answer this read. */
  private readonly lost = new Set<number>();
  private readonly tries: number[];
  private readonly flying = new Map<number, { done: Promise<Try>; startedAt: number }>();
  private readonly bad: Bad[] = [];
  private readonly start: number;
  private readonly over = new AbortController();
  private made = 0;

  constructor(
    private readonly settings: ReadSettings,
    private readonly call: RpcCall,
    private readonly init: RequestInit | undefined,
  ) {
    const { members, turns, timeoutMs, pool } = settings;
    this.isScan = call.method === SCAN;
    this.deadline = pool.now() + timeoutMs * (this.isScan ? members.length : 1);
    this.tries = members.map(() => 0);
    this.start = turns.current;
  }

  async run(): Promise<Response> {
    try {
      for (;;) {
        if (this.flying.size === 0 && !(await this.startNext())) return this.failed();
        const ended = await this.firstToEnd();
        if (ended) this.flying.delete(ended.index);
        if (ended?.isGood) return this.settle(ended);
        if (ended) this.note(ended);
        // The first takes long, or has failed while another one takes long.
        const next = this.unaskedPlace();
        if (next !== null && this.flying.size > 0) this.startAt(next);
      }
    } finally {
      // An abort makes an exception even when nothing is under way.
      if (this.flying.size > 0) this.over.abort();
    }
  }

  /** Starts the next attempt, after the pause that it needs; false when there is none. */
  private async startNext(): Promise<boolean> {
    const { settings, made } = this;
    const { pool, attempts, members, pause, random } = settings;
    if (made >= attempts) return false;
    const place = this.nextPlace();
    if (place === null) return false;
    const busy = pool.health.busyMs(members[place]!);
    const wait = busy > 0 ? busy : readPauseMs(this.tries[place]!, random);
    if (made > 0 && pool.now() + wait >= this.deadline) return false;
    if (wait > 0) await pause(wait);
    this.startAt(place);
    return true;
  }

  private startAt(place: number): void {
    const { settings, call, init, isScan } = this;
    const { pool, members, timeoutMs } = settings;
    this.tries[place]! += 1;
    const firstMs = Math.min(FIRST_LIMIT_MS, timeoutMs / 4);
    const share = isScan ? timeoutMs : firstMs * 2 ** this.made;
    const startedAt = pool.now();
    const milliseconds = Math.min(share, this.deadline - startedAt);
    this.made += 1;
    const request = { call, init, milliseconds, signal: this.over.signal };
    const done = pool.ask(members[place]!, request).then((made) => ({ ...made, index: place }));
    this.flying.set(place, { done, startedAt });
  }

  /** Returns the next attempt that ends, or null when it takes so long that another RPC is to be asked as well. */
  private async firstToEnd(): Promise<Try | null> {
    const { hedgePause } = this.settings;
    const ended = Promise.race([...this.flying.values()].map(({ done }) => done));
    if (this.unaskedPlace() === null) return ended;
    const enough = new AbortController();
    const hedge = hedgePause(this.hedgeMs(), enough.signal).then(() => null);
    try {
      return await Promise.race([ended, hedge]);
    } finally {
      enough.abort();
    }
  }

  private hedgeMs(): number {
    if (this.isScan) return SCAN_HEDGE_MS;
    const { pool, members } = this.settings;
    const usual = [...this.flying.keys()].map((place) => pool.health.latencyMs(members[place]!));
    const wanted = 3 * Math.max(0, ...usual.map((each) => each ?? 0));
    return Math.min(Math.max(wanted, MIN_HEDGE_MS), MAX_HEDGE_MS);
  }

  /** Returns the best RPC that was not asked for this yet and needs no pause. */
  private unaskedPlace(): number | null {
    const { pool, members, attempts } = this.settings;
    const place = this.made < attempts ? this.nextPlace() : null;
    if (place === null || this.tries[place]! > 0) return null;
    return pool.health.busyMs(members[place]!) === 0 ? place : null;
  }

  /** Returns the RPC for the next attempt; one that asked for a pause only when all did. */
  private nextPlace(): number | null {
    const { pool, members } = this.settings;
    const { health } = pool;
    const left = members
      .map((_, step) => (this.start + this.made + step) % members.length)
      .filter((place) => !this.lost.has(place) && !this.flying.has(place))
      .filter((place) => !this.isOfWrongChain(place));
    const free = left.filter((place) => health.busyMs(members[place]!) === 0);
    if (free.length === 0) {
      return inOrder(left, (place) => health.busyMs(members[place]!))[0] ?? null;
    }
    // One request finds out whether an RPC is back; if it is not, the next one is asked soon.
    if (this.made === 0 && !this.isScan && members.length > 1) {
      const trial = free.find((place) => health.isTrialDue(members[place]!));
      if (trial !== undefined) return trial;
    }
    return inOrder(
      free,
      (place) => this.tries[place]! + rank(pool, members[place]!, this.call),
    )[0]!;
  }

  /** Returns true for an RPC of another chain, which only gets the question which chain it is of. */
  private isOfWrongChain(place: number): boolean {
    const { pool, members } = this.settings;
    return this.call.method !== GENESIS_HASH && pool.health.isOfWrongChain(members[place]!);
  }

  private settle(ended: Try & { isGood: true }): Response {
    const { pool, members, turns } = this.settings;
    turns.current = ended.index;
    const hedgeMs = this.isScan ? SCAN_HEDGE_MS : MIN_HEDGE_MS;
    for (const [place, { startedAt }] of this.flying) {
      if (pool.now() - startedAt < hedgeMs) continue;
      pool.health.failed(members[place]!, "slow");
    }
    // When another RPC answers it, the request is not at fault: a gateway has turned the method off.
    for (const { index, problem } of this.bad) {
      if (problem === "rejected") pool.health.refusedMethod(members[index]!, this.call.method);
    }
    return ended.response;
  }

  private note(ended: Bad): void {
    const { members, turns } = this.settings;
    this.bad.push(ended);
    // A scan waits as long as the RPC asks for, which no time limit of a request allows.
    const final = ["unsupported", "rejected", "too large", "wrong chain", this.isScan && "limited"];
    if (final.includes(ended.problem)) this.lost.add(ended.index);
    turns.current = (ended.index + 1) % members.length;
  }

  /** Returns the most telling failure as an answer that web3.js turns into an error, or throws an error. */
  private failed(): Response {
    const { pool, members } = this.settings;
    const last = this.bad.at(-1);
    if (!last) throw pool.wrongChainError(members);
    // Fewer accounts per page may fit.
    const tooLarge = this.bad.find(({ problem }) => problem === "too large");
    if (tooLarge) throw tooLarge.error;
    const limited = soonestLimit(this.bad.map(({ error }) => error));
    if (limited && (this.isScan || last.problem === "limited")) throw limited;
    // A refused key, and an address without a service, say nothing about methods.
    const refused = this.bad.filter(
      ({ problem, code }) => problem === "unsupported" && ![401, 404, 405].includes(code ?? 0),
    );
    if (refused.length === this.bad.length) {
      const refusals = refused.map(({ index, code, message }) => {
        return { host: pool.health.hostOf(members[index]!), code, message };
      });
      throw new RpcMethodUnavailableError(this.call.method, refusals);
    }
    // The caller reads again later, so nothing waits here.
    const isAtSlot = last.problem === "behind" && this.call.minContextSlot !== null;
    if (last.response && !isAtSlot) return last.response;
    throw last.error;
  }
}

/** Ranks an RPC later when it is set aside, or has refused the method. */
function rank({ health }: RpcPool, index: number, { method }: RpcCall): number {
  return health.isSetAside(index) || health.hasRefused(index, method) ? 1 : 0;
}

/** Sorts by the key, and keeps the order of equal ones. */
function inOrder(places: readonly number[], key: (place: number) => number): number[] {
  return [...places].sort((a, b) => key(a) - key(b));
}
