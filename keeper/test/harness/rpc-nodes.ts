/** Provides RPCs of a pool on a manual clock, each with a behavior that may change. */
import type { Pause } from "../../src/send/pause";
import { rpcFetch, type RpcFetchOptions } from "../../src/send/rpc-fetch";
import { RpcPool } from "../../src/send/rpc-pool";
import type { RpcChange } from "../../src/send/rpc-health";
import { ManualTimers } from "./manual-timers";

export const GENESIS = "GenesisHash11111111111111111111111111111111";

export interface NodeRequest {
  id: unknown;
  method: string;
  params?: unknown[];
}

/** Answers with a result, a `Response`, or `null` for silence. */
export type Behavior = (request: NodeRequest) => unknown;

/** Resolves when everything has happened that does not wait for time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class RpcNodes {
  readonly timers = new ManualTimers();
  /** Host and method of each request, in order. */
  readonly asked: string[] = [];
  readonly given: string[] = [];
  readonly changes: RpcChange[] = [];
  readonly behaviors: Record<string, Behavior> = {};
  slot = 1_000;
  readonly pool: RpcPool;
  private readonly urls: string[];

  constructor(readonly hosts: readonly string[]) {
    this.urls = hosts.map((host) => `https://${host}/v2/secret-key-of-${host}`);
    this.pool = new RpcPool({
      urls: this.urls,
      now: () => this.timers.now(),
      limit: (milliseconds) => this.limit(milliseconds),
      fetch: (input, init) => this.fetch(String(input), init!),
    });
    this.pool.health.onChange((change) => this.changes.push(change));
  }

  /** Returns the answer of a healthy node. */
  honest({ method }: NodeRequest): unknown {
    if (method === "getGenesisHash") return GENESIS;
    if (method === "getSlot") return this.slot;
    return { context: { slot: this.slot }, value: null };
  }

  readonly pause: Pause = (milliseconds, signal) =>
    new Promise((resolve) => {
      const cancel = this.timers.every(milliseconds, () => {
        cancel();
        resolve();
      });
      signal?.addEventListener("abort", () => {
        cancel();
        resolve();
      });
    });

  fetchOf(options: Partial<RpcFetchOptions> = {}): typeof globalThis.fetch {
    const { urls, pool, pause } = this;
    return rpcFetch({
      ...{ urls, pool, pause, hedgePause: pause, timeoutMs: 60_000, random: () => 1 },
      ...options,
    });
  }

  /** Returns the requests since the last call. */
  takeAsked(): string[] {
    return this.asked.splice(0);
  }

  /** Lets the time pass in steps, and runs everything that happens in each. */
  async pass(milliseconds: number, step = 100): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += step) {
      await settled();
      this.timers.pass(Math.min(step, milliseconds - passed));
    }
    await settled();
  }

  /** Returns the result, or the error's name and message. */
  async read(
    fetch: typeof globalThis.fetch,
    method = "getAccountInfo",
    params: unknown[] = [],
  ): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: "1", method, params });
    try {
      const response = await fetch("ignored", { method: "POST", body });
      const answer = JSON.parse(await response.text()) as { result?: unknown; error?: unknown };
      return answer.error ?? answer.result;
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  }

  private limit(milliseconds: number): AbortSignal {
    const controller = new AbortController();
    const cancel = this.timers.every(milliseconds, () => {
      cancel();
      controller.abort(new DOMException("over", "TimeoutError"));
    });
    return controller.signal;
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    const { host } = new URL(url);
    const request = JSON.parse(String(init.body)) as NodeRequest;
    this.asked.push(`${host} ${request.method}`);
    const behavior = this.behaviors[host] ?? ((each: NodeRequest) => this.honest(each));
    const answer = await behavior(request);
    if (answer instanceof Response) return answer;
    if (answer instanceof Error) throw answer;
    if (answer !== null) return Response.json({ jsonrpc: "2.0", id: request.id, result: answer });
    return new Promise((_, reject) => {
      init.signal!.addEventListener("abort", () => reject(init.signal!.reason as Error));
    });
  }
}

export function errorOf(code: number, message = "no"): Behavior {
  return ({ id }) => Response.json({ jsonrpc: "2.0", id, error: { code, message } });
}

/** Delays the answer of another behavior by this time. */
export function late(nodes: RpcNodes, milliseconds: number): Behavior {
  return async (request) => {
    await nodes.pause(milliseconds);
    return nodes.honest(request);
  };
}
