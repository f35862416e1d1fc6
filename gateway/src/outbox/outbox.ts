/** The queue of transactions: a job is written with the change that needs it, then built, signed, recorded, sent, confirmed. */
import type { Database } from "@milepost/database";
import type { Keypair, TransactionInstruction } from "@solana/web3.js";
import type { ChainRuntime } from "../chain/chain-runtime";
import type { Mode } from "../caller/mode";

/** Input of `Outbox.enqueue`. */
export interface NewJob {
  accountId: string;
  mode: Mode;
  /** Name of the handler, such as `release_milestone`. */
  kind: string;
  /** Id of the object that the job is for: jobs of one subject run one at a time, in the order of enqueueing. */
  subjectId: string;
  /**
   * Jobs with the same key run one at a time as well, in the order of enqueueing, such as the fundings of one wallet, which
   * take consecutive policy ids. Default: none.
   */
  serialKey?: string;
  /** A second job of the account and mode with the same key is the first one, even when that failed. */
  dedupeKey: string;
  /** Read by the handler; JSON without bigint. */
  payload: Record<string, unknown>;
  /** Unix seconds by the chain's clock before which nothing is built, and later jobs of the subject go first. Default: at once. */
  notBefore?: bigint;
}

/** State of a job. `landed` and `failed` are final. */
export type JobState = "queued" | "signed" | "landed" | "failed";

/** A job as a handler sees it. */
export interface Job extends Omit<NewJob, "notBefore"> {
  id: string;
  state: JobState;
  attempts: number;
  /** Signature of the newest signed transaction, base58. */
  signature: string | null;
  /** Text of the last failure, for the client. */
  error: string | null;
}

/** What a handler makes of a job, from the chain as it is now. */
export type Built =
  | { do: "send"; instructions: TransactionInstruction[]; payer: Keypair; signers: Keypair[] }
  /**
   * Bytes that all parties signed: they are recorded and sent as they are. When they expire without landing, `build` is
   * called again.
   */
  | { do: "send-signed"; bytes: Uint8Array; signature: string; lastValidBlockHeight: number }
  /** The effect is there already; `signature` when it is known. */
  | { do: "done"; signature: string | null; slot: number | null }
  /** Not possible yet: looked at again after so many seconds. Meanwhile later jobs of the subject go first. */
  | { do: "wait"; seconds: number; reason: string }
  /** Never possible: the job fails with this text. */
  | { do: "fail"; reason: string };

/** Thrown by `signed`: the bytes are not sent, and the job waits, as after `wait`. */
export class NotYetError extends Error {
  override readonly name = "NotYetError";
  constructor(
    message: string,
    readonly seconds: number,
  ) {
    super(message);
  }
}

/** A confirmed transaction. */
export interface Receipt {
  /** Null when another process's transaction had the effect and could not be found. */
  signature: string | null;
  slot: number | null;
}

/**
 * The code of one kind of job. `build` and `observe` read the chain outside any transaction; the others write inside one.
 * `Seen` is what `observe` returns.
 */
export interface JobHandler<Seen = undefined> {
  build(chain: ChainRuntime, job: Job): Promise<Built>;
  /**
   * Called in the transaction that makes the job `signed`, before its bytes are sent; again when new bytes are signed.
   * `job.signature` is the new one. Throws `NotYetError` when it must not be sent now.
   */
  signed?(transaction: Database, job: Job): Promise<void>;
  /** Reads the accounts right after the confirmation; a failure here is retried like one of `build`. */
  observe?(chain: ChainRuntime, job: Job, receipt: Receipt): Promise<Seen>;
  /** Called once, in the transaction that makes the job `landed`. */
  landed(transaction: Database, job: Job, receipt: Receipt, seen: Seen): Promise<void>;
  /** Called once, in the transaction that makes the job `failed`. */
  failed(transaction: Database, job: Job, reason: string): Promise<void>;
  /**
   * Called once, in the transaction that makes a landed job `failed`, when the chain took its transaction back before it was
   * final. May enqueue another job.
   */
  reverted?(transaction: Database, job: Job): Promise<void>;
}

/** Queue of transactions. */
export interface Outbox {
  /** Writes a job in the caller's transaction; returns its id, or that of the job with the same `dedupeKey`. */
  enqueue(transaction: Database, job: NewJob): Promise<string>;
  /** Sets the code of a kind of job; called at the start of the process. */
  register<Seen>(kind: string, handler: JobHandler<Seen>): void;
  /** Starts work that is due now; called after the transaction that enqueued has committed. */
  wake(): void;
  /** Waits until the job is final, at most `timeoutMs` (the outbox's `answerWaitMs`); returns it as it is then. */
  wait(jobId: string, timeoutMs?: number): Promise<Job>;
}
