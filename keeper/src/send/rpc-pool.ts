/** Sends one request to one RPC of the pool, and learns the RPC's state from its answer. */
import {
  callOf,
  GENESIS_HASH,
  judgeAnswer,
  type RpcCall,
  type RpcProblem,
  SCAN,
} from "./rpc-answers";
import { ChainCheck } from "./rpc-chain";
import {
  RpcAnswerError,
  RpcRateLimitedError,
  RpcSetAsideError,
  RpcWrongChainError,
} from "./rpc-failures";
import { RpcHealth } from "./rpc-health";
import {
  type AnswerBytes,
  MAX_ANSWER_BYTES,
  readLimited,
  RpcAnswerTooLargeError,
} from "./rpc-limits";

/** The part of `fetch` that connections use: of an answer, its status and its text, or the JSON of it. */
export type Fetch = typeof globalThis.fetch;

/** Options of `RpcPool`. */
export interface RpcPoolOptions {
  /** URLs of the RPCs (HTTP), at least one. */
  urls: readonly string[];
  /** Function that makes the requests. Default: the global `fetch`. */
  fetch?: Fetch;
  /** Size limit of one answer after decompression, in bytes. Default: `MAX_ANSWER_BYTES`, 64 MiB. */
  maxAnswerBytes?: number;
  /** Clock in milliseconds that never goes back. Default: `performance.now`. */
  now?: () => number;
  /** Function that returns a signal which aborts after so many milliseconds. Default: `AbortSignal.timeout`. */
  limit?: (milliseconds: number) => AbortSignal;
}

/** Result of one request to one RPC. */
export type Try = { index: number } & (
  | { isGood: true; response: Response }
  | {
      isGood: false;
      problem: RpcProblem | "too large" | "wrong chain";
      /** Answer of the RPC, when web3.js can turn it into an error. */
      response?: Response;
      error: unknown;
      code?: number;
      message?: string;
    }
);

export interface Ask {
  call: RpcCall;
  init: RequestInit | undefined;
  /** Time limit of the request, in milliseconds. */
  milliseconds: number;
  /** Signal that ends the request early: another RPC has answered. */
  signal?: AbortSignal;
}

const CHECK_MS = 5_000;
const JSON_HEADERS = { "content-type": "application/json" };
/** Longest pause that an RPC gets when it asks for one. Scans wait longer, see `scansAt`. */
const MAX_RETRY_AFTER_MS = 5_000;

/**
 * Shares the state of the RPCs between all connections to them, so that each request learns from the others.
 * @example
 * const pool = new RpcPool({ urls });
 * pool.health.views(); // [{ host: "rpc.example", setAside: null, ... }]
 */
export class RpcPool {
  /** URLs of the RPCs. Their order gives each RPC its place, which other methods take as `index`. */
  readonly urls: readonly string[];
  /** State of each RPC by its place: latency, slot, and whether it is set aside. */
  readonly health: RpcHealth;
  /** Check that each RPC still leads to the keeper's chain. */
  readonly chain: ChainCheck;
  /** Clock of the pool, in milliseconds that never go back. */
  readonly now: () => number;
  private readonly fetch: Fetch;
  private readonly limit: (milliseconds: number) => AbortSignal;
  private readonly limitBytes: number;
  private readonly bytes: AnswerBytes = { held: 0 };
  /** Time until which each RPC gets no scan, because it has asked for a pause. */
  private readonly scansAt: number[];

  constructor(options: RpcPoolOptions) {
    this.urls = options.urls;
    this.now = options.now ?? (() => performance.now());
    this.fetch = options.fetch ?? globalThis.fetch;
    this.limit = options.limit ?? ((milliseconds) => AbortSignal.timeout(milliseconds));
    this.limitBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
    this.scansAt = options.urls.map(() => -Infinity);
    this.health = new RpcHealth(options.urls.map(hostOf), this.now);
    this.chain = new ChainCheck({
      health: this.health,
      genesisHashOf: (index) => this.genesisHashOf(index),
    });
  }

  /** Asks one RPC. Never rejects. */
  async ask(index: number, request: Ask): Promise<Try> {
    const { health } = this;
    const { call, signal } = request;
    const host = health.hostOf(index);
    const startedAt = this.now();
    const restMs = call.method === SCAN ? this.scansAt[index]! - startedAt : 0;
    if (restMs > 0) {
      const error = new RpcRateLimitedError(host, call.method, restMs);
      return { index, isGood: false, problem: "limited", error };
    }
    health.asked(index);
    try {
      const isAboutChain = call.method === GENESIS_HASH;
      if (!isAboutChain && !(await this.isOfChain(index))) return this.wrongChain(index);
      const { response, text, parse } = await this.send(index, request);
      const finding = judgeAnswer(call, response.status, text, parse);
      if (finding.problem !== null) {
        this.learn(index, call, finding.problem, response, finding.code);
        // web3.js turns an answer that is not usable into an error.
        const isForWeb3 = response.status !== 200 || finding.code !== undefined || !isJson(text);
        const error =
          finding.problem === "limited"
            ? new RpcRateLimitedError(host, call.method, retryAfterMs(response))
            : new RpcAnswerError(host, call.method, finding.problem);
        const { problem, code, message } = finding;
        return {
          ...{ index, isGood: false, problem, error, code, message },
          ...(isForWeb3 ? { response } : {}),
        };
      }
      if (finding.slot !== null && health.isJump(index, finding.slot)) {
        this.chain.doubt(index);
        if (!(await this.isOfChain(index))) return this.wrongChain(index);
        if (!health.isBelievedJump(index, finding.slot)) {
          health.failed(index);
          const error = new RpcAnswerError(host, call.method, "garbage");
          return { index, isGood: false, problem: "garbage", error };
        }
      }
      health.succeeded(index, call.method, this.now() - startedAt, finding.slot);
      return { index, isGood: true, response };
    } catch (error) {
      if (error instanceof RpcAnswerTooLargeError) {
        // In a scan, the page is too large, and no RPC is to blame.
        if (call.method !== SCAN) health.setAside(index, "too large");
        return { index, isGood: false, problem: "too large", error };
      }
      if (!signal?.aborted) health.failed(index);
      return { index, isGood: false, problem: "unavailable", error };
    }
  }

  /**
   * Checks the chain, the answer and the slot of every RPC. Call it at intervals, as the state of an RPC without
   * requests is unknown. Never rejects.
   */
  async check(): Promise<void> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: "slot", method: "getSlot", params: [] });
    const init = { method: "POST", headers: JSON_HEADERS, body };
    const call = callOf(body);
    await Promise.all(
      this.urls.map(async (_, index) => {
        try {
          if (!(await this.chain.check(index))) return;
        } catch {
          return this.health.failed(index);
        }
        await this.ask(index, { call, init, milliseconds: CHECK_MS });
      }),
    );
  }

  /** Returns the error for a request that skips an RPC because it is set aside. */
  setAsideError(index: number): RpcSetAsideError | RpcWrongChainError {
    const { host, setAside } = this.health.views()[index]!;
    if (setAside === "wrong chain") return this.wrongChainError([index]);
    return new RpcSetAsideError(host, setAside ?? "set aside");
  }

  /** Returns the error for a request whose RPCs, by their places, all lead to another chain. */
  wrongChainError(indexes: readonly number[]): RpcWrongChainError {
    const hosts = indexes.map((index) => this.health.hostOf(index));
    return new RpcWrongChainError(hosts, this.chain.genesisHash);
  }

  private wrongChain(index: number): Try {
    const error = this.wrongChainError([index]);
    return { index, isGood: false, problem: "wrong chain", error };
  }

  private async isOfChain(index: number): Promise<boolean> {
    if (this.health.isOfWrongChain(index)) return false;
    return !this.chain.needsCheck(index) || this.chain.check(index);
  }

  private async send(
    index: number,
    { call, init, milliseconds, signal }: Omit<Ask, "call"> & { call: Pick<RpcCall, "method"> },
  ): Promise<{ response: Response; text: string; parse: () => unknown }> {
    const signals = [init?.signal, signal, this.limit(Math.max(Math.ceil(milliseconds), 1))];
    const response = await this.fetch(this.urls[index]!, {
      ...init,
      signal: AbortSignal.any(signals.filter((each) => each !== null && each !== undefined)),
    });
    // The text is read here, so that half a body is a failure of the request, and within its time.
    const text = await readLimited(response, {
      host: this.health.hostOf(index),
      method: call.method,
      limitBytes: this.limitBytes,
      bytes: this.bytes,
    });
    const parse = once(() => JSON.parse(text) as unknown);
    response.text = async () => text;
    response.json = async () => parse();
    return { response, text, parse };
  }

  private learn(
    index: number,
    { method }: RpcCall,
    problem: RpcProblem,
    response: Response,
    code?: number,
  ): void {
    const { health } = this;
    switch (problem) {
      case "limited": {
        const pauseMs = retryAfterMs(response);
        this.scansAt[index] = Math.max(this.scansAt[index]!, this.now() + pauseMs);
        return health.limited(index, Math.min(pauseMs, MAX_RETRY_AFTER_MS));
      }
      case "unsupported":
        return health.refusedMethod(index, method);
      case "unavailable":
      case "garbage":
        return health.failed(index);
      case "behind":
        // The other errors are about one slot alone, which a node may be about to reach.
        return code === NODE_UNHEALTHY ? health.failed(index, "behind") : undefined;
      default:
        return undefined;
    }
  }

  private async genesisHashOf(index: number): Promise<string> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: "chain", method: GENESIS_HASH, params: [] });
    const call = callOf(body);
    const init = { method: "POST", headers: JSON_HEADERS, body };
    const { response, text } = await this.send(index, { call, init, milliseconds: CHECK_MS });
    const finding = judgeAnswer(call, response.status, text);
    const { result } = (finding.problem === null ? JSON.parse(text) : {}) as { result?: unknown };
    if (typeof result === "string") return result;
    throw new RpcAnswerError(this.health.hostOf(index), GENESIS_HASH, finding.problem ?? "garbage");
  }
}

const NODE_UNHEALTHY = -32005;

/** Returns a function that makes the value at its first call. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns host and port of a URL, for logs, metrics and errors. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "unknown";
}

/** Returns the pause that an RPC asks for: in seconds, or until a date by its own clock, which is not ours. */
function retryAfterMs({ headers }: Response): number {
  const after = headers.get("retry-after") ?? "";
  const seconds = /^\d+$/.test(after)
    ? Number(after)
    : (Date.parse(after) - Date.parse(headers.get("date") ?? "")) / 1_000;
  return seconds > 0 ? seconds * 1_000 : 0;
}
