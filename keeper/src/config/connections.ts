/** Opens connections to the RPCs: one that fails over to the next, and one per RPC. */
import type { Commitment, Connection } from "@solana/web3.js";
import { RpcConnection } from "../send/rpc-connection";
import { rpcFetch } from "../send/rpc-fetch";
import { RpcPool } from "../send/rpc-pool";
import type { Fetch } from "../observe/rpc-meter";

/** Options of `openConnections`. */
export interface ConnectionsOptions {
  /** URLs of the RPCs (HTTP), at least one, all of one chain. */
  urls: readonly string[];
  /** URL of the websocket, for every RPC. Default: null; web3.js then derives one from each RPC's URL. */
  wsUrl?: string | null;
  /** Commitment of the connections. Default: `confirmed`. */
  commitment?: Commitment;
  /**
   * Time limit of a request to `any`, over all its tries, in milliseconds. Default: 60,000, because a scan is slow.
   */
  timeoutMs?: number;
  /**
   * Time limit of a request to one of `each`, over all its tries, in milliseconds. The keeper waits for all of them, so a
   * silent RPC delays the others. Default: 10,000.
   */
  eachTimeoutMs?: number;
  /** Size limit of one answer after decompression, in bytes; a longer one is not read. Default: 67,108,864 (64 MiB). */
  maxAnswerBytes?: number;
  /** Function that makes the requests, such as a metered one. Default: the global `fetch`. */
  fetch?: Fetch;
}

/** Connections to the RPCs of a keeper. */
export interface Connections {
  /** Connection that asks the RPC that answered last; a read that fails or takes long continues with the next. */
  any: Connection;
  /**
   * Connections to each RPC by itself, for questions that all of them must answer. While an RPC is set aside and
   * others are not, its reads fail at once; transactions still go to it.
   */
  each: Connection[];
  /** State of each RPC; a keeper shows and checks it. */
  pool: RpcPool;
  /** Returns the URL for the next websocket: another RPC each time, because the last one's socket died. */
  nextSocketUrl(): {
    /** URL of the RPC (HTTP). */
    url: string;
    /** URL of the websocket, when the options named one; web3.js otherwise derives it from `url`. */
    wsUrl?: string;
  };
}

/** Creates the connections without a request; the first call sends one. */
export function openConnections(options: ConnectionsOptions): Connections {
  const { urls, wsUrl, commitment = "confirmed", timeoutMs = 60_000 } = options;
  const { eachTimeoutMs = 10_000 } = options;
  const pool = new RpcPool(options);
  // web3.js would keep asking an RPC that answers "too many requests", and never another one.
  const settings = { commitment, disableRetryOnRateLimit: true };
  let sockets = 0;
  return {
    pool,
    any: new RpcConnection(urls[0]!, { ...settings, fetch: rpcFetch({ urls, timeoutMs, pool }) }),
    each: urls.map((url, index) => {
      // The caller repeats its own requests.
      const of = { urls: [url], pool, members: [index] };
      const brief = rpcFetch({ ...of, timeoutMs: eachTimeoutMs, attempts: 3 });
      return new RpcConnection(url, { ...settings, fetch: brief });
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
