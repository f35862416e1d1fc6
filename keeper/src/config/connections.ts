/** Connections to the RPCs given: one that goes on when an RPC fails, and each on its own. */
import { type Commitment, Connection } from "@solana/web3.js";
import { rpcFetch } from "../send/rpc-fetch";
import { RpcPool } from "../send/rpc-pool";
import type { Fetch } from "../show/rpc-meter";

/** Options of `openConnections`. */
export interface ConnectionsOptions {
  /** URLs of the RPCs (HTTP), at least one, all of one chain. */
  urls: readonly string[];
  /** URL of the websocket, for every RPC. Default: null; web3.js then derives one from each RPC's URL. */
  wsUrl?: string | null;
  /** Commitment of the connections. Default: `confirmed`. */
  commitment?: Commitment;
  /**
   * Time limit of a request to `any`, over all its tries, in milliseconds. Default: 60,000, as a scan takes its time.
   */
  timeoutMs?: number;
  /**
   * Time limit of a request to one of `each`, over all its tries, in milliseconds. All are waited for, so a silent RPC
   * holds the others up. Default: 10,000.
   */
  eachTimeoutMs?: number;
  /** Size limit of one answer after decompression, in bytes; a longer one is not read. Default: 67,108,864 (64 MiB). */
  maxAnswerBytes?: number;
  /** Function that makes the requests, such as a metered one. Default: the global `fetch`. */
  fetch?: Fetch;
}

/** Connections to the RPCs of a keeper. */
export interface Connections {
  /** Connection that asks the RPC that answered last; a read that fails or takes long goes on to the next. */
  any: Connection;
  /**
   * Connections to each RPC by itself, for what must be known of all of them. While an RPC is set aside and others are
   * not, reads of it fail at once; transactions go out all the same.
   */
  each: Connection[];
  /** State of each RPC; a keeper shows it and checks them. */
  pool: RpcPool;
  /** Returns the URL for the next websocket: another RPC each time, as the last one's died. */
  nextSocketUrl(): {
    /** URL of the RPC (HTTP). */
    url: string;
    /** URL of the websocket, when the options named one; web3.js otherwise derives it from `url`. */
    wsUrl?: string;
  };
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
