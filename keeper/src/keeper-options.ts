import type { Commitment, Connection, Keypair, PublicKey } from "@solana/web3.js";
import type { Database } from "@milepost/database";
import type { Timers } from "./clock/timers";
import type { FinderOptions } from "./find/finder";
import type { PolicySource } from "./find/source";
import type { NotificationChannel } from "./notify/notifier";
import type { ExecuteQueue } from "./queue/leases";
import type { Pause } from "./send/pause";
import type { RpcPool } from "./send/rpc-pool";
import type { Logger } from "./observe/log";
import type { KeeperMetrics } from "./observe/metrics";
import type { KeeperEvents } from "./observe/events";
import type { ReleaseRule } from "./approval/release-rule";
import type { CrashHook } from "./work/crash-points";

/** Options of `createKeeper`. */
export interface KeeperOptions {
  /** Database with its tables, see `migrate`. It stays open when the keeper stops. */
  database: Database;
  /**
   * True when other keepers may have the database open. One that starts then relies for a minute on the scan and the alerts
   * of a living one, instead of reading every policy at once. Default: false.
   */
  isShared?: boolean;
  /**
   * Database for status, readiness and metrics: the same one by connections of its own, so that questions over HTTP
   * never take connections that payments need. Default: `database`.
   */
  statusDatabase?: Database;
  /** Queue of the same database, see `openQueue`; null for a dry run, which signs and sends nothing. */
  queue: ExecuteQueue | null;
  /** Connection for scans, account reads, simulations and the chain's clock. */
  connection: Connection;
  /** Connections that each signed transaction is sent to and looked up on. Default: `connection` alone. */
  connections?: readonly Connection[];
  /**
   * State of the RPCs, as `openConnections` returns it. The keeper then checks them and shows them by host. Default:
   * none.
   */
  pool?: RpcPool;
  /**
   * Function that opens a websocket connection, see `openSocket`; called again after one has died. Required without
   * `source`.
   */
  connect?: FinderOptions["connect"];
  /**
   * Source of policies, such as Yellowstone gRPC or webhooks. Default: the RPC's websocket by `connect`, and scans by
   * `connection`.
   */
  source?: PolicySource;
  /**
   * Time in which the keeper reads every policy again, page by page, in milliseconds. Default: 600,000 when one page
   * has all policies, otherwise 1,800,000.
   */
  reconcileMs?: number;
  /** Key pair that pays transaction fees and the rent of token accounts and lookup tables. */
  feePayer: Keypair;
  /** Wallet whose associated token accounts receive gateways' rewards, where they exist. Default: the fee payer's. */
  rewardOwner?: PublicKey;
  /** Signer and rule for gateways' releases. Default: null; policies that need a gateway's signature then wait. */
  gateway?: {
    /** Key pair that the gateways' accounts name as their signer. */
    signer: Keypair;
    /** Rule that approves each release before the key signs. */
    rule: ReleaseRule;
  } | null;
  /** Log, see `createLog`. */
  log: Logger;
  /** Metrics to report to, see `createMetrics`. */
  metrics: KeeperMetrics;
  /** Listeners for events, in addition to log and metrics. Default: none. */
  events?: Partial<KeeperEvents>;
  /** Channels for alerts about payments that are not covered, in addition to log and metrics. Default: none. */
  notify?: readonly NotificationChannel[];
  /** Address of the Milepost program. Default: the SDK's `PROGRAM_ID`. */
  programId?: PublicKey;
  /** Commitment of reads and confirmations. Default: `confirmed`. */
  commitment?: Commitment;
  /** Local clock and timers, for pauses and silence only. Default: `systemTimers`. */
  timers?: Timers;
  /** Priority fee of transactions. Default: the 75th percentile, at most 200,000 micro-lamports per compute unit. */
  priority?: {
    /** Percentile of the fees that were paid recently, from 0 to 100. */
    percentile: number;
    /** Limit of the fee, in micro-lamports per compute unit. */
    cap: number;
  };
  /** True to create, and pay the rent of, token accounts that a payment needs. Default: true. */
  createAccounts?: boolean;
  /**
   * Limit of rent for token accounts within any hour, in lamports, shared by all keepers of the database. Payments
   * beyond it are postponed; 0 is `createAccounts: false`. Default: 500,000,000.
   */
  rentBudget?: bigint;
  /** Number of workers side by side, each with a batch of up to 100 policies. Default: 2. */
  concurrency?: number;
  /** Random numbers in [0, 1), for the jitter of delays. Default: `Math.random`. */
  random?: () => number;
  /** Function that waits, for tests. Default: `systemPause`. */
  pause?: Pause;
  /** Interval between repeated sends of signed bytes, in milliseconds. Default: 2,000. */
  resendEveryMs?: number;
  /**
   * Number of blocks after a transaction's expiry from which an RPC that does not answer no longer delays its
   * payments. Default: 1,500, about ten minutes.
   */
  silentBlocks?: number;
  /** Hook that runs at each of `CRASH_POINTS`; for tests. Default: none. */
  crash?: CrashHook;
  /** Balance of the fee payer below which the keeper is not ready, in lamports. Default: 10,000,000. */
  minBalance?: number;
  /** Time without news of a slot after which the websocket counts as dead, in milliseconds. Default: 10,000. */
  silenceMs?: number;
  /** Shortest time between two scans that make up for news the websocket missed, in milliseconds. Default: 10,000. */
  gapMs?: number;
  /** Time without an RPC answer after which the keeper is not ready, in milliseconds. Default: 30,000. */
  rpcSilenceMs?: number;
  /** Time that `stop` waits for work in progress, in milliseconds. Default: 25,000. */
  stopMs?: number;
  /** Days that an ended transaction stays in the journal. Default: 30. */
  journalDays?: number;
}
