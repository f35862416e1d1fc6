/** The RPCs of a keeper: one request to one of them, and what its answer says of the RPC. */
import {
  callOf,
  GENESIS_HASH,
  judgeAnswer,
  type RpcCall,
  type RpcProblem,
  SCAN,
} from "./rpc-answers";
import { ChainCheck } from "./rpc-chain";
import { RpcAnswerError, RpcSetAsideError, RpcWrongChainError } from "./rpc-failures";
import { RpcHealth } from "./rpc-health";
import {
  type AnswerBytes,
  MAX_ANSWER_BYTES,
  readLimited,
  RpcAnswerTooLargeError,
} from "./rpc-limits";

/** What of `fetch` web3.js's `Connection` uses: of an answer, its status and its text. */
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

/** What became of one request to one RPC. */
export type Try = { index: number } & (
  | { isGood: true; response: Response }
  | {
      isGood: false;
      problem: RpcProblem | "too large" | "wrong chain";
      /** What the RPC answered, when web3.js can make an error of it. */
      response?: Response;
      error: unknown;
      code?: number;
      message?: string;
    }
);

export interface Ask {
  call: RpcCall;
  init: RequestInit | undefined;
  /** Until it is given up. */
  milliseconds: number;
  /** Gives it up before: another RPC has answered. */
  signal?: AbortSignal;
}

const CHECK_MS = 5_000;
const JSON_HEADERS = { "content-type": "application/json" };
/** An RPC that asks for a longer pause gets this one. */
const MAX_RETRY_AFTER_MS = 5_000;

/**
 * Shared by all connections to the same RPCs, so that what one request learns of an RPC counts for the others.
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

  constructor(options: RpcPoolOptions) {
    this.urls = options.urls;
    this.now = options.now ?? (() => performance.now());
    this.fetch = options.fetch ?? globalThis.fetch;
    this.limit = options.limit ?? ((milliseconds) => AbortSignal.timeout(milliseconds));
    this.limitBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
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
    health.asked(index);
    try {
      const isAboutChain = call.method === GENESIS_HASH;
      if (!isAboutChain && !(await this.isOfChain(index))) return this.wrongChain(index);
      const { response, text } = await this.send(index, request);
      const finding = judgeAnswer(call, response.status, text);
      if (finding.problem !== null) {
        this.learn(index, call, finding.problem, response, finding.code);
        // Of what is no answer at all, web3.js makes an error that says so.
        const isForWeb3 = response.status !== 200 || finding.code !== undefined || !isJson(text);
        const error = new RpcAnswerError(host, call.method, finding.problem);
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
        // Of a scan, the page is too large, and no RPC is to blame.
        if (call.method !== SCAN) health.setAside(index, "too large");
        return { index, isGood: false, problem: "too large", error };
      }
      if (!signal?.aborted) health.failed(index);
      return { index, isGood: false, problem: "unavailable", error };
    }
  }

  /**
   * Checks every RPC: whether it is of the right chain, answers, and has seen as much as the others. Never rejects. To be
   * called now and then, as an RPC that nobody asks shows nothing.
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

  /** The error with which an RPC that is set aside is not asked. */
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
  ): Promise<{ response: Response; text: string }> {
    const signals = [init?.signal, signal, this.limit(Math.max(Math.ceil(milliseconds), 1))];
    const response = await this.fetch(this.urls[index]!, {
      ...init,
      signal: AbortSignal.any(signals.filter((each) => each !== null && each !== undefined)),
    });
    // Here, so that half a body is a failure of the request, and within its time.
    const text = await readLimited(response, {
      host: this.health.hostOf(index),
      method: call.method,
      limitBytes: this.limitBytes,
      bytes: this.bytes,
    });
    response.text = async () => text;
    return { response, text };
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
      case "limited":
        return health.limited(index, retryAfterMs(response));
      case "unsupported":
        return health.refusedMethod(index, method);
      case "unavailable":
      case "garbage":
        return health.failed(index);
      case "behind":
        // The others tell of one slot alone, which a node may be about to reach.
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Host and port of a URL, for logs, metrics and errors. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "unknown";
}

/** How long an RPC asks to be left alone: in seconds, or until a date by its own clock, which is not ours. */
function retryAfterMs({ headers }: Response): number {
  const after = headers.get("retry-after") ?? "";
  const seconds = /^\d+$/.test(after)
    ? Number(after)
    : (Date.parse(after) - Date.parse(headers.get("date") ?? "")) / 1_000;
  return seconds > 0 ? Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS) : 0;
}
