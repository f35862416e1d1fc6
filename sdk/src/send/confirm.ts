import type { Commitment, SignatureStatus } from "@solana/web3.js";
import type { MilestoneContext } from "../context";
import { MilepostErrorCode } from "../errors/codes";
import { SendError } from "../errors/send";
import type { SendClock } from "../rpc/clock";

export interface SignedTransaction {
  bytes: Uint8Array;
  signature: string;
  lastValidBlockHeight: number;
}

export interface ConfirmOptions {
  clock: SendClock;
  resendEveryMs: number;
  timeoutMs: number;
}

/** JSON-RPC codes that say the very bytes are wrong: sending them again can't help. */
const PERMANENT_RPC_CODES: readonly unknown[] = [-32602, -32003];

/**
 * Sends the same signed bytes again and again until the signature is confirmed or its blockhash expired, and then
 * looks the signature up once more. An RPC that drops, lags, times out or answers garbage only costs time.
 * Returns the status, which may hold the transaction's own error; null when it expired without landing.
 * Throws `SendError`: `SendRejected` when the RPC calls the bytes invalid, `SendUnconfirmed` on a timeout.
 */
export async function sendUntilConfirmed(
  context: MilestoneContext,
  transaction: SignedTransaction,
  options: ConfirmOptions,
): Promise<SignatureStatus | null> {
  const { connection, commitment } = context;
  const { clock } = options;
  const deadline = clock.now() + options.timeoutMs;
  const problems: { last: unknown } = { last: undefined };
  let wasAccepted = false;

  for (;;) {
    try {
      await connection.sendRawTransaction(transaction.bytes, {
        skipPreflight: true,
        maxRetries: 0,
      });
      wasAccepted = true;
    } catch (cause) {
      problems.last = cause;
      if (!wasAccepted && isPermanent(cause)) {
        const { signature } = transaction;
        throw new SendError(MilepostErrorCode.SendRejected, "The RPC refused the transaction.", {
          signature,
          cause,
        });
      }
    }
    const status = await lookUp(context, transaction.signature, false, problems);
    if (isDone(status, commitment)) return status;

    const height = await attempt(() => connection.getBlockHeight(commitment), problems);
    if (height !== undefined && height > transaction.lastValidBlockHeight) {
      const last = await lookUp(context, transaction.signature, true, problems);
      // Undefined: the RPC didn't answer, and an unknown end must not be taken for "did not land".
      if (last === null) return null;
      if (last && isDone(last, commitment)) return last;
    }
    if (clock.now() >= deadline) {
      throw new SendError(
        MilepostErrorCode.SendUnconfirmed,
        `No answer about the transaction within ${options.timeoutMs} ms; it may still land.`,
        { signature: transaction.signature, cause: problems.last },
      );
    }
    await clock.sleep(options.resendEveryMs);
  }
}

/** The signature's status, null when the RPC knows none, undefined when it didn't answer. */
async function lookUp(
  { connection }: MilestoneContext,
  signature: string,
  searchTransactionHistory: boolean,
  problems: { last: unknown },
): Promise<SignatureStatus | null | undefined> {
  const answer = await attempt(
    () => connection.getSignatureStatuses([signature], { searchTransactionHistory }),
    problems,
  );
  return answer === undefined ? undefined : (answer.value[0] ?? null);
}

async function attempt<T>(
  call: () => Promise<T>,
  problems: { last: unknown },
): Promise<T | undefined> {
  try {
    return await call();
  } catch (cause) {
    problems.last = cause;
    return undefined;
  }
}

const LEVELS: readonly string[] = ["processed", "confirmed", "finalized"];

function isDone(
  status: SignatureStatus | null | undefined,
  commitment: Commitment,
): status is SignatureStatus {
  if (!status) return false;
  const wanted = { processed: 0, confirmed: 1, finalized: 2 }[commitment as string] ?? 1;
  // `confirmations` is null once rooted; old nodes leave `confirmationStatus` out.
  const reached = status.confirmationStatus
    ? LEVELS.indexOf(status.confirmationStatus)
    : status.confirmations === null
      ? 2
      : 0;
  return reached >= wanted;
}

function isPermanent(cause: unknown): boolean {
  return PERMANENT_RPC_CODES.includes((cause as { code?: unknown } | null)?.code);
}
