/** Connections to the RPCs given: one that goes on when an RPC fails, and each on its own. */
import { type Commitment, Connection } from "@solana/web3.js";
import { rpcFetch } from "../send/rpc-fetch";
import { RpcPool } from "../send/rpc-pool";
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
  /** Of one answer, in bytes, after decompression: what exceeds it is not read. Default: 67,108,864 (64 MiB). */
  maxAnswerBytes?: number;
  /** Such as a metered one. Default: the global one. */
  fetch?: Fetch;
}

export interface Connections {
  /** Asks the RPC that answered last; a read that fails or takes long goes on to the next. */
  any: Connection;
  /**
   * Each RPC by itself, for what has to be known of all of them. While an RPC is set aside and others are not, reads of it
   * fail at once; transactions go out all the same.
   */
  each: Connection[];
  /** What is known of each RPC; a keeper shows it and checks them. */
  pool: RpcPool;
  /** The URL for the next websocket: another one each time, as the last one died. */
  nextSocketUrl(): { url: string; wsUrl?: string };
}

/** Opens nothing: requests go out when somebody asks. */
export function openConnections(options: ConnectionsOptions): Connections {
  const { urls, wsUrl, commitment = "confirmed", timeoutMs = 60_000 } = options;
  const { eachTimeoutMs = 10_000 } = options;
  const pool = new RpcPool(options);
  // web3.js would go on asking an RPC that says "too many requests", without asking another one.
  const settings = { commitment, disableRetryOnRateLimit: true };
  let sockets = 0;
  return {
    pool,
    any: new Connection(urls[0]!, { ...settings, fetch: rpcFetch({ urls, timeoutMs, pool }) }),
    each: urls.map((url, index) => {
      // The caller asks each of them again by itself.
      const of = { urls: [url], pool, members: [index] };
      const brief = rpcFetch({ ...of, timeoutMs: eachTimeoutMs, attempts: 3 });
      return new Connection(url, { ...settings, fetch: brief });
    }),
    nextSocketUrl: () => {
      const turns = urls.map((_, step) => (sockets + step) % urls.length);
      const index = turns.find((turn) => !pool.health.isSetAside(turn)) ?? turns[0]!;
      sockets = index + 1;
      // The last socket ended: the URL may lead elsewhere now.
      pool.chain.doubt(index);
      const url = urls[index]!;
      return wsUrl ? { url, wsUrl } : { url };
    },
  };
}
