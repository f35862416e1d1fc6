/** Connections to the RPCs given: one that goes on when an RPC fails, and each on its own. */
import { type Commitment, Connection } from "@solana/web3.js";
import { fetchWithin } from "../send/rpc-fetch";
import type { Fetch } from "../show/rpc-meter";

export interface ConnectionsOptions {
  /** At least one. */
  urls: readonly string[];
  wsUrl?: string | null;
  /** Default: `confirmed`. */
  commitment?: Commitment;
  /** When a request to `any` has failed. Default: 60,000, as a scan takes its time. */
  timeoutMs?: number;
  /** When a request to one of `each` has: all are waited for, so a silent one holds the others up. Default: 10,000. */
  eachTimeoutMs?: number;
  /** Such as a metered one. Default: the global one. */
  fetch?: Fetch;
}

export interface Connections {
  /** Asks the RPC that answered last; when it fails, the next, each once. */
  any: Connection;
  /** Each RPC by itself, for what has to be known of all of them. */
  each: Connection[];
  /** The URL for the next websocket: another one each time, as the last one died. */
  nextSocketUrl(): { url: string; wsUrl?: string };
}

/** Opens nothing: requests go out when somebody asks. */
export function openConnections(options: ConnectionsOptions): Connections {
  const { urls, wsUrl, commitment = "confirmed", timeoutMs = 60_000 } = options;
  const fetch = options.fetch ?? globalThis.fetch;
  const patient = failoverFetch(fetchWithin(timeoutMs, fetch), urls);
  const brief = fetchWithin(options.eachTimeoutMs ?? 10_000, fetch);
  // web3.js would go on asking an RPC that says "too many requests", without asking another one.
  const settings = { commitment, disableRetryOnRateLimit: true };
  let sockets = 0;
  return {
    any: new Connection(urls[0]!, { ...settings, fetch: patient }),
    each: urls.map((url) => new Connection(url, { ...settings, fetch: brief })),
    nextSocketUrl: () => {
      const url = urls[sockets++ % urls.length]!;
      return wsUrl ? { url, wsUrl } : { url };
    },
  };
}

/**
 * Sends each request to the RPC that answered last, and on to the next while one refuses, is too busy or broken. Every
 * request may be repeated: a transaction is the same bytes again.
 */
export function failoverFetch(fetch: Fetch, urls: readonly string[]): Fetch {
  let current = 0;
  return async (_, init) => {
    const first = current;
    for (let tried = 1; ; tried += 1) {
      const index = (first + tried - 1) % urls.length;
      const isLast = tried === urls.length;
      try {
        const response = await fetch(urls[index]!, init);
        if (isLast || !isRefused(response)) {
          if (!isRefused(response)) current = index;
          return response;
        }
      } catch (error) {
        if (isLast) throw error;
      }
    }
  };
}

function isRefused({ status }: Response): boolean {
  return status === 429 || status === 401 || status === 403 || status >= 500;
}
