/** The words that the keeper's parts share. Every part takes what it needs as an argument: no globals, no work at import. */
import type { PublicKey } from "@solana/web3.js";

/** Runs SQL on Postgres or on an embedded PGlite. */
export interface Database {
  /** Returns the rows of one statement with `$1`-style values. */
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /**
   * Runs several statements without values, as pg-boss and migrations send them, and returns the rows of the last one.
   * Rolls back when one fails.
   */
  script<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  /**
   * Commits when `work` resolves, rolls back when it rejects. Inside, only the database handed to `work` belongs to the
   * transaction; one within it is a savepoint. A server may have `work` done again, after it was rolled back for another's
   * sake: nothing outside of the database may depend on how often.
   */
  transaction<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Closes the connections; the database takes no further statement. */
  close(): Promise<void>;
}

/** Why a policy is not being executed although it may be due. */
export type PolicyState = "scheduled" | "waiting" | "done";

/** What the keeper would do for a policy, by the SDK's names. */
export type KeeperAction = "executePayment" | "expireMediation";

/** A policy as the finder sees it; times are Unix seconds by the chain's clock. */
export interface PolicyPlan {
  /** Address of the policy, base58. */
  address: string;
  /** Index of the current milestone, from 0; the number of milestones once all are over. */
  milestoneIndex: number;
  /** State in the store; `reason` explains any except `scheduled`. */
  state: PolicyState;
  /** Action that the keeper takes at `dueAt`; without meaning unless the state is `scheduled`. */
  action: KeeperAction;
  /**
   * Time from which the action is possible. Null when only a change of an account can make it possible.
   * A held milestone that waits has its date here, if its condition sets one.
   */
  dueAt: bigint | null;
  /** Reason for `waiting` or `done`: an SDK error name or a short word; empty when scheduled. */
  reason: string;
  /** Slot of the newest account that the plan was made from. */
  seenSlot: number;
}

/** A policy's part in a transaction, which may act on several policies. */
export interface Member {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the milestone that the transaction acts on, from 0. */
  milestoneIndex: number;
  /** Action of this member's instruction. */
  action: KeeperAction;
}

/** A member of a signed transaction, as the journal keeps it. */
export interface AttemptMember extends Member {
  /** Due time that the store had at signing, in Unix seconds by the chain's clock; null when it had none. */
  dueAt: bigint | null;
  /**
   * Rent of the token accounts that the payment may create, in lamports, for the rent budget. Missing on members read
   * from the journal.
   */
  rentLamports?: bigint;
}

/**
 * Stage of an attempt.
 * - `signed`: journaled; its end is not known yet, so none of its policies may be signed for again.
 * - `landed`: confirmed without an error.
 * - `failed`: confirmed with an error; the fee is spent and nothing else has changed.
 * - `expired`: its blockhash expired before it landed; it can never land.
 */
export type AttemptState = "signed" | "landed" | "failed" | "expired";

/** One signed transaction, stored before it is sent. */
export interface Attempt {
  /** Signature of the transaction, base58; it identifies the attempt. */
  signature: string;
  /** Signed bytes of the transaction, sent again as they are. */
  wire: Uint8Array;
  /** Members in the order of their instructions. */
  members: AttemptMember[];
  /** Block height after which the transaction can no longer land. */
  lastValidBlockHeight: number;
  /** Stage that the attempt has reached. */
  state: AttemptState;
  /** Name of the error that a `failed` attempt met; null otherwise. */
  error: string | null;
}

/** A milestone that is paid. Amounts are base units or lamports. */
export interface Outcome {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the milestone, from 0. */
  milestoneIndex: number;
  /** Signature of the transaction that paid it, base58. */
  signature: string;
  /** Slot in which the transaction landed. */
  slot: number;
  /** Due time in Unix seconds by the chain's clock; null when the store had none. */
  dueAt: bigint | null;
  /** Time of the block, in Unix seconds by the chain's clock. */
  executedAt: bigint;
  /** Mint of the payment, base58; null when no RPC returned the transaction's receipt. */
  mint: string | null;
  /** Amount moved, in base units of the mint; reported to events and not stored. Null when it is not known. */
  amount?: bigint | null;
  /** Share of the transaction's fee, in lamports; the members' shares add up to the whole fee. */
  feeLamports: bigint;
  /** Rent of token accounts that were created for it, in lamports; null when no RPC returned the receipt. */
  rentLamports: bigint | null;
  /** Keeper reward received from the gateway, in base units of the mint; null when it is not known. */
  reward: bigint | null;
}

/** A reward that a gateway pays and that this execution does not claim. */
export interface Unclaimed {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the milestone, from 0. */
  milestoneIndex: number;
  /** Mint of the reward, base58. */
  mint: string;
  /** Wallet whose associated token account would have received the reward, base58. */
  owner: string;
  /** Reason: `NoTokenAccount` when no account can receive it, otherwise the error that refused the account. */
  reason: string;
  /** Amount of the reward, in base units of the mint. */
  amount: bigint;
}

/** Jobs of the queue, over all keepers of the database. */
export interface QueueDepth {
  /** Number of policies that wait for a worker. */
  queued: number;
  /** Number of policies that a worker holds a lease on. */
  active: number;
}

/** The keeper's decision after an action was not carried out. */
export type Verdict =
  | {
      /** Kind of the decision: the action is tried again after a delay that grows with each attempt. */
      kind: "retryable";
      /** Name of the error, or a short word such as `ReleaseLater`. */
      reason: string;
    }
  | {
      /** Kind of the decision: the policy waits until one of the accounts behind the error changes. */
      kind: "waiting";
      /** Name of the error, such as `InsufficientFunds`. */
      reason: string;
    }
  | {
      /** Kind of the decision: nothing is left to do for the milestone. */
      kind: "terminal";
      /** Name of the error, such as `PolicyCompleted`. */
      reason: string;
    }
  | {
      /** Kind of the decision: the error is not known, so the accounts are read again and the action is put off. */
      kind: "unknown";
      /** Name of the error, or `Unrecognized`. */
      reason: string;
    };

/** A release rule's answer: `no` is asked again after the longest delay, `later` after the usual backoff. */
export type Approval = "yes" | "no" | "later";

/** A decision on releases, made before the gateway's key signs. */
export interface ReleaseRule {
  /** Name of the rule, for logs and tests. */
  readonly name: string;
  /**
   * Decides whether the gateway's key signs the release of a milestone (index from 0) that is due. A rejection, or no
   * answer within 15 seconds, counts as `later`.
   */
  approve(policy: PublicKey, milestoneIndex: number): Promise<Approval>;
}

/** A payment that is due within the alert window and that the available money does not cover. */
export interface Underfunded {
  /** Address of the policy, base58. */
  policy: string;
  /** Index of the milestone, from 0. */
  milestoneIndex: number;
  /** Wallet of the owner, base58; the owner can repair it. */
  owner: string;
  /** Mint of the payment, base58. */
  mint: string;
  /** Due time, in Unix seconds by the chain's clock. */
  dueAt: bigint;
  /** Error that the program would return, such as `InsufficientFunds` or `MilestoneNotFunded`. */
  reason: string;
  /** Amount missing for this payment after those before it, in base units; 0 when no money is missing. */
  shortfall: bigint;
}

/** Events that the keeper reports to metrics, log and `KeeperOptions.events`. A listener that throws stops nothing. */
export interface KeeperEvents {
  /** A milestone was paid and its outcome is in the store. Reported at most once per milestone. */
  executed(outcome: Outcome): void;
  /** An action was not carried out; the verdict says what the keeper does next. */
  failed(member: Member, verdict: Verdict): void;
  /** A payment is about to be made without the reward that its gateway pays; told again when it is tried again. */
  unclaimed(reward: Unclaimed): void;
  /**
   * A payment is due within the alert window and not covered: once for each milestone over all keepers of a database, and
   * once more when it was repaired and broke again.
   */
  underfunded(alert: Underfunded): void;
  /** A request to `host` has ended after `milliseconds`; `ok` is false for an HTTP error status or no answer. */
  rpc(method: string, milliseconds: number, ok: boolean, host?: string): void;
  /** A batch of `members` policies failed as a whole, for the reason given, and goes on in two halves. */
  split(reason: string, members: number): void;
}
