/** The error of a webhook or an event that does not verify. */

/** Reasons, append-only: a receiver may compare them. */
export type VerificationCode =
  /** A header of Standard Webhooks is missing or malformed. */
  | "headers_invalid"
  /** The timestamp is too old or lies ahead: a replay, or a wrong clock. */
  | "timestamp_out_of_tolerance"
  /** No signature is of one of the given keys. */
  | "signature_mismatch"
  /** The signed body is not an event. */
  | "body_invalid"
  /** The RPC does not know the transaction, or it is not confirmed. */
  | "transaction_missing"
  /** The transaction failed on chain. */
  | "transaction_failed"
  /** The transaction landed in another slot. */
  | "slot_mismatch"
  /** The transaction does not touch the account. */
  | "account_not_touched"
  /** Nothing has changed the account since, and its data has another hash. */
  | "account_hash_mismatch"
  /** The RPC does not answer. */
  | "rpc_unavailable";

/**
 * A webhook or an event that does not verify.
 * @example
 * if (error instanceof EventVerificationError && error.code === "rpc_unavailable") retryLater();
 */
export class EventVerificationError extends Error {
  /** Name of the class, as logs show it. */
  override readonly name = "EventVerificationError";

  constructor(
    /** Reason, which never changes its meaning. */
    readonly code: VerificationCode,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
