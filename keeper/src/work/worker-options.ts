/** Options of a worker. */
import type { MilestoneContext, PackOptions } from "@milepost/sdk";
import type { Connection, PublicKey, Signer } from "@solana/web3.js";
import type { Database } from "@milepost/database";
import type { ChainTime } from "../clock/chain-clock";
import type { Lease } from "../queue/leases";
import type { DeliverOptions } from "../send/deliver";
import type { FeesAndBlockhash } from "../send/fees-and-blockhash";
import type { LookupTables } from "../send/lookup-table";
import type { Pause } from "../send/pause";
import type { KeeperEvents } from "../observe/events";
import type { ReleaseRule } from "../approval/release-rule";
import type { CrashHook } from "./crash-points";
import type { RentBudget } from "./rent-budget";

/** The part of the queue that a worker needs. */
export interface WorkQueue {
  fetch(limit: number): Promise<Lease[]>;
  held(leases: readonly Lease[]): Promise<Lease[]>;
  fence(transaction: Database, leases: readonly Lease[]): Promise<void>;
  complete(leases: readonly Lease[]): Promise<void>;
  release(leases: readonly Lease[]): Promise<void>;
}

export interface WorkerOptions {
  /** The first RPC, for reads and simulations. Its wallet is the fee payer's key. */
  context: MilestoneContext;
  /** Every RPC, including the first one: transactions go to all, and all are asked how they ended. */
  rpcs: readonly Connection[];
  database: Database;
  queue: WorkQueue;
  /** Signer that pays fees and rents, and executes payments that need no other signature. */
  payer: Signer;
  /** Wallet whose associated token accounts receive the gateways' rewards. Default: the payer's. */
  rewardOwner?: PublicKey;
  /** Keys of gateway signers. Default: none. */
  gatewaySigners?: readonly Signer[];
  /** Rule that approves each release before a gateway signer's key signs. */
  rule: ReleaseRule;
  events: Pick<KeeperEvents, "executed" | "failed"> &
    Partial<Pick<KeeperEvents, "unclaimed" | "split">>;
  pause: Pause;
  /** Random numbers in [0, 1). */
  random: () => number;
  /** Lookup tables. Default: none, so that fewer executions fit a transaction. */
  tables?: Pick<LookupTables, "tablesFor" | "forget">;
  packing?: Pick<PackOptions, "maxExecutions" | "maxComputeUnits" | "computeUnitLimit">;
  /** Prices and blockhashes, one for all workers of a process. */
  network: Pick<FeesAndBlockhash, "price" | "blockhash">;
  /** True when the payer creates, and pays the rent of, token accounts that a payment needs. Default: true. */
  createAccounts?: boolean;
  /** Budget for that rent, one for all workers of a process. Default: no limit. */
  rentBudget?: RentBudget;
  /** Limit of policies per pass. Default: 100. */
  batchSize?: number;
  /** Limit of transactions on their way at once. Default: 8. */
  concurrency?: number;
  resendEveryMs?: number;
  /** Number of sends before the policies are postponed and others get their turn. Default: 90. */
  maxRounds?: number;
  /** Number of blocks, see `DeliverOptions`. Default: 1,500, about ten minutes. */
  silentBlocks?: number;
  /**
   * Returns the newest slot of the chain's clock: a policy known as of a slot near it is never read from an older
   * one.
   */
  newestSlot?: () => number | null;
  /** Listener for the chain's time, which each read of snapshots contains. */
  sawTime?: (time: ChainTime) => void;
  crash?: CrashHook;
}

/** Returns the options of a delivery; `signal` ends it, and its bytes stay in the journal. */
export function deliverOptions(options: WorkerOptions, signal: AbortSignal): DeliverOptions {
  const { rpcs, context, pause, resendEveryMs, maxRounds, silentBlocks } = options;
  const { programId, commitment } = context;
  return { rpcs, programId, commitment, pause, signal, resendEveryMs, maxRounds, silentBlocks };
}
