import type { Commitment, Connection, Keypair, PublicKey } from "@solana/web3.js";
import type { Timers } from "./clock/timers";
import type { FinderOptions } from "./find/finder";
import type { NotificationChannel } from "./notify/notifier";
import type { ExecuteQueue } from "./queue/execute-queue";
import type { Pause } from "./send/pause";
import type { RpcPool } from "./send/rpc-pool";
import type { Logger } from "./show/log";
import type { KeeperMetrics } from "./show/metrics";
import type { Database, KeeperEvents, ReleaseRule } from "./types";
import type { CrashHook } from "./work/crash-points";

export interface KeeperOptions {
  /** With its tables; see `migrate`. It stays open when the keeper stops. */
  database: Database;
  /**
   * Connections of their own to the same database, for status, readiness and metrics, so that questions over HTTP never take
   * those that payments need. Default: `database`.
   */
  statusDatabase?: Database;
  /** Null for a dry run, which takes nothing from it. */
  queue: ExecuteQueue | null;
  connection: Connection;
  /** Default: `connection` alone. */
  connections?: readonly Connection[];
  /** What is known of the RPCs: then the keeper checks them, and shows them by host. `openConnections` makes one. */
  pool?: RpcPool;
  /** Opens a websocket, see `openSocket`. */
  connect: FinderOptions["connect"];
  feePayer: Keypair;
  /** Whose associated token accounts get the gateways' rewards, where they exist. Default: the fee payer's. */
  rewardOwner?: PublicKey;
  gateway?: { signer: Keypair; rule: ReleaseRule } | null;
  log: Logger;
  metrics: KeeperMetrics;
  /** Told as well. */
  events?: Partial<KeeperEvents>;
  /** Where alerts about payments that are not covered are sent, beside the log and the metrics. Default: nowhere. */
  notify?: readonly NotificationChannel[];
  programId?: PublicKey;
  /** Default: `confirmed`. */
  commitment?: Commitment;
  timers?: Timers;
  /** Default: the 75th percentile, at most 200,000 micro-lamports a compute unit. */
  priority?: { percentile: number; cap: number };
  /** Whether to create, and pay the rent of, token accounts that a payment needs. Default: true. */
  createAccounts?: boolean;
  /**
   * Lamports of their rent that are paid within any hour, at most, by all keepers of the database together. What exceeds it
   * is put off; 0 is `createAccounts: false`. Default: 500,000,000.
   */
  rentBudget?: bigint;
  /** Workers side by side, each with a batch of up to 100 policies. Default: 2. */
  concurrency?: number;
  /** In [0, 1), for the jitter of delays. Default: `Math.random`. */
  random?: () => number;
  pause?: Pause;
  /** How often signed bytes are sent again. Default: 2,000. */
  resendEveryMs?: number;
  /**
   * How many blocks after a transaction's expiry an RPC that does not answer holds up its payments no longer. Default: 1,500,
   * about ten minutes.
   */
  silentBlocks?: number;
  /** Called at each of `CRASH_POINTS`; for tests. */
  crash?: CrashHook;
  /** Lamports below which the keeper is not ready. Default: 10,000,000. */
  minBalance?: number;
  /** Without news of a slot for this long, the websocket counts as dead. Default: 10,000. */
  silenceMs?: number;
  /** Between two scans that make up for a websocket that missed something, at least. Default: 10,000. */
  gapMs?: number;
  /** How long an RPC may be silent before the keeper is not ready. Default: 30,000. */
  rpcSilenceMs?: number;
  /** How long `stop` waits for what is under way. Default: 25,000. */
  stopMs?: number;
  /** How long an ended transaction stays in the journal. Default: 30. */
  journalDays?: number;
}
