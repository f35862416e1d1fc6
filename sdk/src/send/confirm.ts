import type { Commitment, SignatureStatus } from "@solana/web3.js";
import type { SendClock } from "../context/clock";
import type { MilestoneContext } from "../context/context";
import { MilepostErrorCode } from "../errors/codes";
import { SendError } from "../errors/send";
import { commitmentLevel } from "../rpc/commitment";
import { type Attempt, slotAfterExpiry } from "./expiry";

/** Transaction with all of its signatures, as `onSigned` receives it. */
export interface SignedTransaction {
  /** Empty where the wallet sent it and returned the signature alone. */
  bytes: Uint8Array;
  /** Signature of the fee payer in base58, by which the transaction is looked up. */
  signature: string;
  /** Infinity where it can land at any time, as with a durable nonce. */
  lastValidBlockHeight: number;
}

export interface ConfirmOptions {
  clock: SendClock;
  resendEveryMs: number;
  timeoutMs: number;
  /** True for bytes that may have been sent before this call: then no answer to them is a rejection. */
  isSentBefore?: boolean;
}

/** JSON-RPC codes that say the very bytes are wrong: sending them again can't help. */
const PERMANENT_RPC_CODES: readonly unknown[] = [-32602, -32003];

/**
 * Sends the same signed bytes again and again until the signature is confirmed or provably can't land any more. An RPC
 * that drops, lags, times out or answers garbage only costs time.
 *
 * It can't land once two answers agree, from any nodes: a finalized block in slot S is past the blockhash's life, and a
 * look at the signature, history included, finds nothing at slot S or later. A node that is behind S proves nothing.
 *
 * Returns the status, which may hold the transaction's own error; null when it can't land.
 * Throws `SendError`: `SendRejected` when the first answer to the bytes calls them invalid, `SendUnconfirmed` on a
 * timeout.
 */
export async function sendUntilConfirmed(
  context: MilestoneContext,
  transaction: SignedTransaction,
  options: ConfirmOptions,
): Promise<SignatureStatus | null> {
  const { clock } = options;
  const deadline = clock.now() + options.timeoutMs;
  const problems: { last: unknown } = { last: undefined };
  const attempt: Attempt = async (call) => {
    try {
      return await call();
    } catch (cause) {
      problems.last = cause;
      return undefined;
    }
  };
  let expiredAt: number | null = null;

  for (let round = 0; ; round += 1) {
    const isFirst = round === 0 && !options.isSentBefore;
    if (expiredAt === null) await push(context, transaction, isFirst, problems);
    const answer = await lookUp(context, transaction.signature, expiredAt !== null, attempt);
    const status = answer?.value[0];
    if (status && isDone(status, context.commitment)) return status;
    // Null is an answer; an empty list is none.
    if (answer && status === null && expiredAt !== null && answer.context.slot >= expiredAt) {
      return null;
    }

    if (clock.now() >= deadline) throw unconfirmed(transaction, options, problems.last);
    if (expiredAt === null) {
      expiredAt = await slotAfterExpiry(context, transaction.lastValidBlockHeight, attempt);
      // The look that may prove it follows at once.
      if (expiredAt !== null) continue;
    }
    await clock.sleep(options.resendEveryMs);
  }
}

/**
 * Only the very first answer can be a rejection. After it the bytes may have been accepted, by the node that timed out
 * or by another of its pool, and what a later one says of them is not the last word.
 */
async function push(
  { connection }: MilestoneContext,
  { bytes, signature }: SignedTransaction,
  isFirst: boolean,
  problems: { last: unknown },
): Promise<void> {
  if (bytes.length === 0) return;
  try {
    await connection.sendRawTransaction(bytes, { skipPreflight: true, maxRetries: 0 });
  } catch (cause) {
    problems.last = cause;
    if (!isFirst || !isPermanent(cause)) return;
    const metaMessages = ["Hint: it can't land; see the cause, and build it again."];
    throw new SendError(MilepostErrorCode.SendRejected, "The RPC refused the transaction.", {
      signature,
      cause,
      metaMessages,
    });
  }
}

function lookUp(
  { connection }: MilestoneContext,
  signature: string,
  searchTransactionHistory: boolean,
  attempt: Attempt,
) {
  return attempt(() => connection.getSignatureStatuses([signature], { searchTransactionHistory }));
}

function unconfirmed(
  { signature, lastValidBlockHeight, bytes }: SignedTransaction,
  { timeoutMs }: ConfirmOptions,
  cause: unknown,
): SendError {
  const who = bytes.length === 0 ? " The wallet sent it, so it was not sent again." : "";
  return new SendError(
    MilepostErrorCode.SendUnconfirmed,
    `The transaction was not confirmed within ${timeoutMs} ms; it may still land.${who}`,
    {
      signature,
      lastValidBlockHeight,
      cause,
      metaMessages: [
        "Hint: look the signature up, with history, on a node that is past the last valid block height; send again only if it is not there.",
      ],
    },
  );
}

const LEVELS: readonly string[] = ["processed", "confirmed", "finalized"];

/**
 * A status below the commitment may be of a fork that is dropped. An error counts from `confirmed` on, whatever the
 * commitment: on another fork the same bytes may succeed, so no caller may be told that they failed for good.
 */
export function isDone(status: SignatureStatus, commitment: Commitment): boolean {
  // `confirmations` is null once rooted; old nodes leave `confirmationStatus` out.
  const reached = status.confirmationStatus
    ? LEVELS.indexOf(status.confirmationStatus)
    : status.confirmations === null
      ? 2
      : 0;
  const wanted = commitmentLevel(commitment);
  return reached >= (status.err ? Math.max(wanted, LEVELS.indexOf("confirmed")) : wanted);
}

function isPermanent(cause: unknown): boolean {
  return PERMANENT_RPC_CODES.includes((cause as { code?: unknown } | null)?.code);
}
