import bs58 from "bs58";
import { PublicKey, type SignatureStatus, VersionedTransaction } from "@solana/web3.js";
import { type SendClock, SYSTEM_CLOCK } from "../context/clock";
import type { MilestoneContext } from "../context/context";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";
import { parseTransactionError } from "../errors/parse";
import { SendError } from "../errors/send";
import { noteLanded } from "../rpc/seen-slots";
import { isDone, sendUntilConfirmed, type SignedTransaction } from "./confirm";
import { toAmount } from "./settings";

/** Settings of `sendSigned`; each has a default. */
export interface SendSignedOptions {
  /** How often the bytes are sent again, in milliseconds. Default: 2,000. */
  resendEveryMs?: number;
  /** Milliseconds after which `sendSigned` gives up (`SendUnconfirmed`), checked between calls. Default: 180,000. */
  timeoutMs?: number;
  /** Local time. Default: the context's, otherwise the computer's clock. */
  clock?: SendClock;
}

/**
 * Continues `send` with the bytes that its `onSigned` recorded, for example after a crash: looks the signature up, with
 * history, then sends the same bytes until they are confirmed or provably expired. It never signs, and any number of
 * processes may do it at once: the chain carries a signature out once.
 *
 * Nothing that an RPC says about the bytes counts as their end, because they may have been sent before.
 *
 * Throws `InvalidInputError` for bytes that do not carry the signature; `MilestoneProgramError` and the other errors of
 * `parseTransactionError` for a transaction that landed and failed; `SendError`: `SendBlockhashExpired`, after which new
 * bytes are safe, `SendRejected` and `SendUnconfirmed`. Of all codes only `SendUnconfirmed` may still land.
 * @example
 * import { send, sendSigned, type SignedTransaction } from "@milepost/sdk";
 *
 * let recorded: SignedTransaction | undefined;
 * const onSigned = (transaction: SignedTransaction) => { recorded = transaction; };
 * await send(context, instructions, { onSigned });
 * // In the process that finds the record:
 * if (recorded) await sendSigned(context, recorded);
 */
export async function sendSigned(
  context: MilestoneContext,
  transaction: SignedTransaction,
  options: SendSignedOptions = {},
): Promise<{
  /** Signature of the transaction in base58. */
  signature: string;
  /** Slot it landed in. Reads on the same connection are at least as new. */
  slot: number;
}> {
  const signed = readSigned(transaction);
  const settings = {
    clock: options.clock ?? context.clock ?? SYSTEM_CLOCK,
    resendEveryMs: toAmount(options.resendEveryMs ?? 2_000, "resendEveryMs"),
    timeoutMs: toAmount(options.timeoutMs ?? 180_000, "timeoutMs"),
    isSentBefore: true,
  };
  const { signature, lastValidBlockHeight } = transaction;
  const status =
    (await lookUpOnce(context, signature)) ??
    (await sendUntilConfirmed(context, transaction, settings));
  if (status === null) {
    throw new SendError(
      MilepostErrorCode.SendBlockhashExpired,
      "The blockhash expired and the transaction did not land.",
      {
        signature,
        lastValidBlockHeight,
        metaMessages: ["Hint: nothing moved; build and send it again."],
      },
    );
  }
  if (status.err) throw await landedError(context, signed, signature, status.err);
  noteLanded(context, status.slot);
  return { signature, slot: status.slot };
}

/** Returns the transaction; null where a wallet sent it and returned the signature alone. */
function readSigned({ bytes, signature }: SignedTransaction): VersionedTransaction | null {
  if (bytes.length === 0) return null;
  const refuse = (received: unknown) =>
    new InvalidInputError({
      field: "transaction",
      expected: "bytes and signature as onSigned gave them",
      received,
    });
  let signed: VersionedTransaction;
  try {
    signed = VersionedTransaction.deserialize(bytes);
  } catch {
    throw refuse("bytes that are not a transaction");
  }
  if (bs58.encode(signed.signatures[0] ?? new Uint8Array(0)) !== signature) {
    throw refuse("bytes with another signature");
  }
  return signed;
}

/** Returns the status if it is final; null for any other answer. */
async function lookUpOnce(
  { connection, commitment }: MilestoneContext,
  signature: string,
): Promise<SignatureStatus | null> {
  const answer = await connection
    .getSignatureStatuses([signature], { searchTransactionHistory: true })
    .catch(() => null);
  const status = answer?.value[0];
  return status && isDone(status, commitment) ? status : null;
}

/** Programs of the instructions: a program is never in a lookup table. */
function programsOf(signed: VersionedTransaction | null): PublicKey[] {
  const { compiledInstructions, staticAccountKeys } = signed?.message ?? {
    compiledInstructions: [],
    staticAccountKeys: [],
  };
  return compiledInstructions.map(
    ({ programIdIndex }) => staticAccountKeys[programIdIndex] ?? PublicKey.default,
  );
}

async function landedError(
  { connection, commitment, programId }: MilestoneContext,
  signed: VersionedTransaction | null,
  signature: string,
  err: unknown,
): Promise<Error> {
  const finality = commitment === "finalized" ? "finalized" : "confirmed";
  const landed = await connection
    .getTransaction(signature, { commitment: finality, maxSupportedTransactionVersion: 0 })
    .catch(() => null);
  const parsed = parseTransactionError(err, {
    logs: landed?.meta?.logMessages,
    instructionPrograms: programsOf(signed),
    programId,
  });
  return (
    parsed ??
    new SendError(MilepostErrorCode.SendRejected, "The transaction landed and failed.", {
      signature,
      cause: err,
      metaMessages: ["Hint: nothing moved; see the cause."],
    })
  );
}
