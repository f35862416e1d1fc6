/** Options of a localnet. */
import type { ClockOptions } from "../chain/clock";
import type { ProgramToDeploy } from "../chain/program";
import type { AddressedAccount } from "../chain/svm";
import type { Wall } from "../chain/wall";

/** Options of `startLocalnet`; each has a default. */
export interface LocalnetOptions {
  /** Address to listen on. Default: 127.0.0.1, since every process that reaches the ports controls the chain. */
  host?: string;
  /** Port of JSON-RPC over HTTP. Default: 8899; 0 takes a free port. */
  port?: number;
  /** Port of the subscriptions. Default: `port` + 1, where web3.js expects it. */
  wsPort?: number;
  /** Programs to deploy at the start; one that the ledger holds unchanged is left as it is. Default: none. */
  programs?: ProgramToDeploy[];
  /** Accounts of a new chain; a chain from the ledger ignores them. Default: none. */
  accounts?: AddressedAccount[];
  /** Accounts of a new chain, made from its rent: `rentExempt` takes bytes and returns lamports. Default: none. */
  accountsAtGenesis?: (rentExempt: (size: number) => bigint) => AddressedAccount[];
  /** Directory of the saved state. Default: none; the chain is then in memory only. */
  ledger?: string;
  /** Clock of the chain. Default: `{ mode: "wall" }`. */
  clock?: ClockOptions;
  /** Number of transactions kept for queries. Default: 20,000. */
  history?: number;
  /** Size limit of one request or websocket message, in bytes. Default: 51,200 (50 KiB), as on the network. */
  maxRequestBytes?: number;
  /** Interval between saves of a changed chain, in milliseconds. Default: 5,000. */
  saveEvery?: number;
  /** Time of the outside world and its timers, for tests. Default: the system's. */
  wall?: Wall;
}
