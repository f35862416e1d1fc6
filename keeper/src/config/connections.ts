/** Connections to the RPCs given: one that goes on when an RPC fails, and each on its own. */
import { type Commitment, Connection } from "@solana/web3.js";
import { rpcFetch } from "../send/rpc-fetch";
import type { Fetch } from "../show/rpc-meter";

export interface ConnectionsOptions {
  /** At least one. */
  urls: readonly string[];
  wsUrl?: string | null;
  /** Default: `confirmed`. */
  commitment?: Commitment;
  /** When a request to `any` has failed, with every try of it. Default: 60,000, as a scan takes its time. */
  timeoutMs?: number;
  /** When a request to one of `each` has: all are waited for, so a silent one holds the others up. Default: 10,000. */
  eachTimeoutMs?: number;
  /** Such as a metered one. Default: the global one. */
  fetch?: Fetch;
}

export interface Connections {
  /** Asks the RPC that answered last; a read that fails goes on to the next. */
  any: Connection;
  /** Each RPC by itself, for what has to be known of all of them. */
  each: Connection[];
  /** The URL for the next websocket: another one each time, as the last one died. */
  nextSocketUrl(): { url: string; wsUrl?: string };
}

/** Opens nothing: requests go out when somebody asks. */
export function openConnections(options: ConnectionsOptions): Connections {
  const { urls, wsUrl, commitment = "confirmed", timeoutMs = 60_000 } = options;
  const { fetch, eachTimeoutMs = 10_000 } = options;
  // web3.js would go on asking an RPC that says "too many requests", without asking another one.
  const settings = { commitment, disableRetryOnRateLimit: true };
  let sockets = 0;
  return {
    any: new Connection(urls[0]!, { ...settings, fetch: rpcFetch({ urls, timeoutMs, fetch }) }),
    each: urls.map((url) => {
      // Whoever asks each of them asks again by itself.
      const brief = rpcFetch({ urls: [url], timeoutMs: eachTimeoutMs, attempts: 3, fetch });
      return new Connection(url, { ...settings, fetch: brief });
    }),
    nextSocketUrl: () => {
      const url = urls[sockets++ % urls.length]!;
      return wsUrl ? { url, wsUrl } : { url };
    },
  };
}
