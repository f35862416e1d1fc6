/** Requests to RPCs that end, and that are made again where that changes nothing. */
import { type Pause, systemPause } from "./pause";
import { callOf, GENESIS_HASH, type RpcCall, SCAN } from "./rpc-answers";
import { RpcMethodUnavailableError } from "./rpc-failures";
import { type Fetch, RpcPool, type RpcPoolOptions, type Try } from "./rpc-pool";

export interface RpcFetchOptions extends RpcPoolOptions {
  /**
   * Until a request has failed, with every try of it. A scan may take as long on each RPC; the other requests get a part
   * of it first, as an RPC that says nothing in that time seldom says it later.
   */
  timeoutMs: number;
  /** How often a read is made, at most, if there are not more RPCs. Default: 4. */
  attempts?: number;
  /** What is known of the RPCs, shared with other connections to them. Default: a pool of its own. */
  pool?: RpcPool;
  /** Places in the pool of the RPCs that are asked. Default: all. */
  members?: readonly number[];
  /** Between two tries of one RPC. */
  pause?: Pause;
  /** Until the next RPC is asked as well, while the first says nothing. Default: the system's. */
  hedgePause?: Pause;
  /** In [0, 1). */
  random?: () => number;
}

const FIRST_LIMIT_MS = 5_000;
const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 2_000;
/** Three times as long as an RPC usually takes, within these bounds, it may take before the next one is asked as well. */
const MIN_HEDGE_MS = 500;
const MAX_HEDGE_MS = 2_000;
const SCAN_HEDGE_MS = 15_000;

/** Nothing on chain changes, however often they are asked. Whatever is not known to be one of these goes out once. */
const READ = /^(get[A-Z]\w*|simulateTransaction|isBlockhashValid|minimumLedgerSlot)$/;

/**
 * `fetch` for a web3.js `Connection`, which by itself waits for an answer for ever. Asks the RPC that answered last. When
 * that one takes long, the next is asked as well, and the first good answer counts. A read that fails is asked of the
 * others and, after short pauses, of the same ones again; an RPC that is set aside, or has refused the method, comes last.
 * A transaction goes out once: to send the same bytes again is for the caller that has journaled them.
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

/** Whether one RPC alone is asked, it is set aside, and there are others that answer. */
function isToRest({ pool: { health, urls }, members }: ReadSettings, call: RpcCall): boolean {
  const [index] = members;
  if (members.length > 1 || !health.isSetAside(index!) || call.method === GENESIS_HASH)
    return false;
  return !health.isTrialDue(index!) && urls.some((_, other) => !health.isSetAside(other));
}

/** What is not a read goes to one RPC, once. */
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

/** One read, with all its tries. */
class Read {
  private readonly deadline: number;
  private readonly isScan: boolean;
  /** RPCs that won't answer this one, by place. */
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
        if (ended?.isGood) return this.settle(ended);
        if (ended) this.note(ended);
        // The first takes long, or has failed while another one takes long.
        const next = this.unaskedPlace();
        if (next !== null && this.flying.size > 0) this.startAt(next);
      }
    } finally {
      this.over.abort();
    }
  }

  /** Starts the next try, after the pause that it needs; false when there is none. */
  private async startNext(): Promise<boolean> {
    const { settings, made } = this;
    const { pool, attempts, members, pause, random } = settings;
    if (made >= attempts) return false;
    const place = this.nextPlace();
    if (place === null) return false;
    const busy = pool.health.busyMs(members[place]!);
    const wait = busy > 0 ? busy : pauseMs(this.tries[place]!, random);
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

  /** What ends next, or null when it takes so long that another RPC is to be asked as well. */
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

  /** The best RPC that was not asked for this yet and needs no pause. */
  private unaskedPlace(): number | null {
    const { pool, members, attempts } = this.settings;
    const place = this.made < attempts ? this.nextPlace() : null;
    if (place === null || this.tries[place]! > 0) return null;
    return pool.health.busyMs(members[place]!) === 0 ? place : null;
  }

  /** The RPC for the next try; one that wants to be left alone only when all do. */
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

  /** One of another chain is asked which chain it is of, and nothing else. */
  private isOfWrongChain(place: number): boolean {
    const { pool, members } = this.settings;
    return this.call.method !== GENESIS_HASH && pool.health.isOfWrongChain(members[place]!);
  }

  private settle(ended: Try & { isGood: true }): Response {
    const { pool, members, turns } = this.settings;
    turns.current = ended.index;
    const hedgeMs = this.isScan ? SCAN_HEDGE_MS : MIN_HEDGE_MS;
    for (const [place, { startedAt }] of this.flying) {
      if (place === ended.index || pool.now() - startedAt < hedgeMs) continue;
      pool.health.failed(members[place]!, "slow");
    }
    // What another one answers is not the request's fault: a gateway has the method turned off.
    for (const { index, problem } of this.bad) {
      if (problem === "rejected") pool.health.refusedMethod(members[index]!, this.call.method);
    }
    return ended.response;
  }

  private note(ended: Bad): void {
    const { members, turns } = this.settings;
    this.flying.delete(ended.index);
    this.bad.push(ended);
    const isFinal = ["unsupported", "rejected", "too large", "wrong chain"].includes(ended.problem);
    if (isFinal) this.lost.add(ended.index);
    turns.current = (ended.index + 1) % members.length;
  }

  /** The most telling of what went wrong: an answer that web3.js makes an error of, or an error. */
  private failed(): Response {
    const { pool, members } = this.settings;
    const last = this.bad.at(-1);
    if (!last) throw pool.wrongChainError(members);
    // Fewer accounts per page may fit.
    const tooLarge = this.bad.find(({ problem }) => problem === "too large");
    if (tooLarge) throw tooLarge.error;
    // A key that is not accepted, and an address where nothing is, are no matter of methods.
    const refused = this.bad.filter(
      ({ problem, code }) => problem === "unsupported" && ![401, 404, 405].includes(code ?? 0),
    );
    if (refused.length === this.bad.length) {
      const refusals = refused.map(({ index, code, message }) => {
        return { host: pool.health.hostOf(members[index]!), code, message };
      });
      throw new RpcMethodUnavailableError(this.call.method, refusals);
    }
    // The caller reads again later: nothing is to wait meanwhile.
    const isAtSlot = last.problem === "behind" && this.call.minContextSlot !== null;
    if (last.response && !isAtSlot) return last.response;
    throw last.error;
  }
}

/** Later for an RPC that is set aside, or has refused the method. */
function rank({ health }: RpcPool, index: number, { method }: RpcCall): number {
  return health.isSetAside(index) || health.hasRefused(index, method) ? 1 : 0;
}

/** Stable. */
function inOrder(places: readonly number[], key: (place: number) => number): number[] {
  return [...places].sort((a, b) => key(a) - key(b));
}

/** Between a half and the whole of a pause that doubles with each try of the same RPC; none before the first. */
function pauseMs(tries: number, random: () => number): number {
  if (tries === 0) return 0;
  const whole = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), MAX_PAUSE_MS);
  return (whole * (1 + random())) / 2;
}
