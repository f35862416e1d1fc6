/** The words that the keeper's parts share. Every part takes what it needs as an argument: no globals, no work at import. */
import type { PublicKey } from "@solana/web3.js";

/** Runs SQL on Postgres or on an embedded PGlite. */
export interface Database {
  /** Rows of one statement with `$1`-style values. */
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Several statements without values, as pg-boss and migrations send them; rows of the last one. Rolled back when one fails. */
  script<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  /**
   * Commits when `work` resolves, rolls back when it rejects. Inside, only the database handed to `work` belongs to the
   * transaction; one within it is a savepoint. A server may have `work` done again, after it was rolled back for another's
   * sake: nothing outside of the database may depend on how often.
   */
  transaction<T>(work: (database: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Why a policy is not being executed although it may be due. */
export type PolicyState = "scheduled" | "waiting" | "done";

/** What the keeper would do for a policy, by the SDK's names. */
export type KeeperAction = "executePayment" | "expireMediation";

/** A policy as the finder sees it; times are Unix seconds by the chain's clock. */
export interface PolicyPlan {
  address: string;
  milestoneIndex: number;
  state: PolicyState;
  action: KeeperAction;
  /**
   * When the action becomes possible; `null` when only a change of an account can make it possible. Of a held milestone
   * that waits: its date, if the condition sets one.
   */
  dueAt: bigint | null;
  /** The reason for `waiting` or `done`, an SDK error name or a short word; empty when scheduled. */
  reason: string;
  /** Slot of the newest account this was read from. */
  seenSlot: number;
}

/** A member of a transaction. */
export interface Member {
  policy: string;
  milestoneIndex: number;
  action: KeeperAction;
}

/** A member of a signed transaction. */
export interface AttemptMember extends Member {
  /** When the milestone came due, as the store knew it when it was signed for: Unix seconds by the chain's clock. */
  dueAt: bigint | null;
  /** Rent of the token accounts that it creates, in lamports, at most. Only written, for the budget of rents. */
  rentLamports?: bigint;
}

export type AttemptState = "signed" | "landed" | "failed" | "expired";

/** One signed transaction, stored before it is sent. */
export interface Attempt {
  signature: string;
  /** The signed bytes, sent again as they are. */
  wire: Uint8Array;
  members: AttemptMember[];
  lastValidBlockHeight: number;
  state: AttemptState;
  error: string | null;
}

/** A milestone that is paid. Amounts are base units or lamports. */
export interface Outcome {
  policy: string;
  milestoneIndex: number;
  signature: string;
  slot: number;
  dueAt: bigint | null;
  /** Chain time of the block. */
  executedAt: bigint;
  /** Of what was paid; null when no RPC told what the transaction did. */
  mint: string | null;
  /** What was moved, in base units of the mint; told to the events, and not kept. Null when it is not known. */
  amount?: bigint | null;
  /** This member's share of the transaction's fee, in lamports; the members' shares make up all of it. */
  feeLamports: bigint;
  /** Rent of token accounts that were created for it, in lamports; null when no RPC told what the transaction did. */
  rentLamports: bigint | null;
  /** What the gateway's keeper reward paid, in base units of the mint; null when it is not known. */
  reward: bigint | null;
}

/** A reward that a gateway pays and that this execution does not claim. */
export interface Unclaimed {
  policy: string;
  milestoneIndex: number;
  mint: string;
  /** Whose associated token account would have been paid. */
  owner: string;
  /** `NoTokenAccount`: there is none that can receive; else the error with which the account was refused. */
  reason: string;
  /** Base units of the mint. */
  amount: bigint;
}

/** What to do about an error. */
export type Verdict =
  | { kind: "retryable"; reason: string }
  | { kind: "waiting"; reason: string }
  | { kind: "terminal"; reason: string }
  | { kind: "unknown"; reason: string };

/** A release rule's answer. */
export type Approval = "yes" | "no" | "later";

/** Asked before the gateway's key signs. Rejecting means "later". */
export interface ReleaseRule {
  readonly name: string;
  approve(policy: PublicKey, milestoneIndex: number): Promise<Approval>;
}

/** A payment that is due within the alert window and that the money there does not make. */
export interface Underfunded {
  policy: string;
  milestoneIndex: number;
  /** Who can repair it, and the mint it is in. */
  owner: string;
  mint: string;
  /** Unix seconds by the chain's clock. */
  dueAt: bigint;
  /** The error the program would answer with, such as `InsufficientFunds` or `MilestoneNotFunded`. */
  reason: string;
  /** What is missing for this payment after those before it, in base units; 0 when money is not what is missing. */
  shortfall: bigint;
}

/** What the worker tells the metrics and the log. */
export interface KeeperEvents {
  executed(outcome: Outcome): void;
  failed(member: Member, verdict: Verdict): void;
  /** A payment is about to be made without the reward that its gateway pays; told again when it is tried again. */
  unclaimed(reward: Unclaimed): void;
  /**
   * A payment is due within the alert window and not covered: once for each milestone over all keepers of a database, and
   * once more when it was repaired and broke again.
   */
  underfunded(alert: Underfunded): void;
  /** `host` is host and port of the RPC's URL; the rest may hold a key. */
  rpc(method: string, milliseconds: number, ok: boolean, host?: string): void;
  /** A batch of `members` policies failed as a whole, for the reason given, and goes on in two halves. */
  split(reason: string, members: number): void;
}
