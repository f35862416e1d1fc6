/** What a worker is made of. Everything is passed in. */
import type { MilestoneContext, PackOptions, PriorityFeeOptions } from "@milepost/sdk";
import type { Connection, PublicKey, Signer } from "@solana/web3.js";
import type { Lease } from "../queue/execute-queue";
import type { LookupTables } from "../send/lookup-table";
import type { Pause } from "../send/pause";
import type { Database, KeeperEvents, ReleaseRule } from "../types";
import type { CrashHook } from "./crash-points";
import type { RentBudget } from "./rent-budget";

/** Of the queue, what a worker needs. */
export interface WorkQueue {
  fetch(limit: number): Promise<Lease[]>;
  held(leases: readonly Lease[]): Promise<Lease[]>;
  fence(transaction: Database, leases: readonly Lease[]): Promise<void>;
  complete(leases: readonly Lease[]): Promise<void>;
  release(leases: readonly Lease[]): Promise<void>;
}

export interface WorkerSettings {
  /** The first RPC, for reads and simulations. Its wallet is the fee payer's key. */
  context: MilestoneContext;
  /** Every RPC, the first one among them: transactions go to all, and all are asked what became of them. */
  rpcs: readonly Connection[];
  database: Database;
  queue: WorkQueue;
  /** Pays fees and rents, and executes what anyone may. */
  payer: Signer;
  /** Whose associated token accounts get the gateways' rewards. Default: the payer's. */
  rewardOwner?: PublicKey;
  /** Keys of gateway signers. Default: none. */
  gatewaySigners?: readonly Signer[];
  /** Asked before a gateway signer's key signs. */
  rule: ReleaseRule;
  events: Pick<KeeperEvents, "executed" | "failed"> &
    Partial<Pick<KeeperEvents, "unclaimed" | "split">>;
  pause: Pause;
  /** In [0, 1). */
  random: () => number;
  /** Default: none, so that fewer executions fit a transaction. */
  tables?: Pick<LookupTables, "tablesFor" | "forget">;
  packing?: Pick<PackOptions, "maxExecutions" | "maxComputeUnits" | "computeUnitLimit">;
  priorityFee?: PriorityFeeOptions;
  /** Whether the payer creates, and pays the rent of, token accounts that a payment needs. Default: true. */
  createAccounts?: boolean;
  /** What it may pay for them; one for all workers of a process. Default: there is no limit. */
  rentBudget?: RentBudget;
  /** Policies of one pass. Default: 100. */
  batchSize?: number;
  /** Transactions on their way at once. Default: 8. */
  concurrency?: number;
  resendEveryMs?: number;
  /** How often bytes are sent before their policies are put off and others get their turn. Default: 90. */
  maxRounds?: number;
  /** See `DeliverOptions`. Default: 1,500 blocks, about ten minutes. */
  silentBlocks?: number;
  /** The newest slot of the chain's clock: what is known of a policy as of a slot near it is never read from before. */
  newestSlot?: () => number | null;
  crash?: CrashHook;
}
