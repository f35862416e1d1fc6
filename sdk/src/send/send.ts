import bs58 from "bs58";
import {
  type AddressLookupTableAccount,
  ComputeBudgetProgram,
  type PublicKey,
  type Signer,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { MAX_COMPUTE_UNITS, MAX_TRANSACTION_SIZE } from "../constants";
import type { MilestoneContext } from "../context";
import { transactionSize } from "../batch/size";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";
import { parseTransactionError } from "../errors/parse";
import { SendError } from "../errors/send";
import { hasComputeBudget, simulateComputeUnits } from "./compute";
import { type SendClock, SYSTEM_CLOCK } from "../rpc/clock";
import { sendUntilConfirmed, type SignedTransaction } from "./confirm";
import { type PriorityFeeOptions, recentPriorityFee } from "./priority-fee";
import { signTransaction } from "./sign";

export interface SendOptions {
  /** Sign beside the wallet. */
  signers?: readonly Signer[];
  /** Pays the fee. Default: the wallet. */
  payer?: PublicKey;
  lookupTables?: readonly AddressLookupTableAccount[];
  /** Default: what a simulation took, plus `computeUnitMargin`. */
  computeUnitLimit?: number;
  /** Share added to the simulated compute units. Default: 0.1. */
  computeUnitMargin?: number;
  /** Micro-lamports a compute unit, or how to choose them. Default: the 75th percentile of recent fees, capped. */
  priorityFee?: number | PriorityFeeOptions;
  /** How often the same bytes are sent again. Default: 2,000. */
  resendEveryMs?: number;
  /** After which an RPC that doesn't answer is given up. Default: 180,000, well above a blockhash's life. */
  timeoutMs?: number;
  /** How often it may be signed in all; a new blockhash is taken only after the last one expired unlanded. Default: 1. */
  maxSignings?: number;
  /** Called before each first sending, so that a signature can be recorded before anything can land. */
  onSigned?: (transaction: SignedTransaction) => void | Promise<void>;
  clock?: SendClock;
}

export interface SendResult {
  signature: string;
  slot: number;
  computeUnitLimit: number;
  /** Micro-lamports a compute unit. */
  computeUnitPrice: number;
}

/**
 * Simulates, sets compute limit and priority fee, signs, sends and confirms at the context's commitment. The same
 * signed bytes are sent until they are confirmed or their blockhash expired, so a payment can't be sent twice.
 * Throws `MilestoneProgramError` and the other errors of `parseTransactionError`; `SendError`, whose code says whether
 * it expired unlanded (`SendBlockhashExpired`) or may still land (`SendUnconfirmed`).
 * @example
 * const { signature } = await send(context, await executePayment(context, { policyPda }));
 */
export async function send(
  context: MilestoneContext,
  instructions: readonly TransactionInstruction[],
  options: SendOptions = {},
): Promise<SendResult> {
  if (instructions.length === 0) {
    throw new InvalidInputError({ field: "instructions", expected: "at least one", received: 0 });
  }
  const payer = options.payer ?? context.wallet.publicKey;
  const lookupTables = options.lookupTables ?? [];
  refuseTooLarge(payer, instructions, lookupTables);
  const budget = await computeBudget(context, payer, instructions, lookupTables, options);
  const maxSignings = options.maxSignings ?? 1;

  for (let signing = 1; ; signing += 1) {
    const transaction = await buildAndSign(
      context,
      payer,
      // At the end, so that an error's instruction index is the caller's.
      [...instructions, ...budget.instructions],
      lookupTables,
      options.signers ?? [],
    );
    await options.onSigned?.(transaction);
    const status = await sendUntilConfirmed(context, transaction, {
      clock: options.clock ?? SYSTEM_CLOCK,
      resendEveryMs: options.resendEveryMs ?? 2_000,
      timeoutMs: options.timeoutMs ?? 180_000,
    });
    const { signature } = transaction;
    if (status?.err) throw await landedError(context, signature, status.err, instructions);
    if (status) {
      return {
        signature,
        slot: status.slot,
        computeUnitLimit: budget.limit,
        computeUnitPrice: budget.price,
      };
    }
    if (signing >= maxSignings) {
      throw new SendError(
        MilepostErrorCode.SendBlockhashExpired,
        "The blockhash expired and the transaction did not land.",
        { signature, metaMessages: ["Hint: nothing moved; build and send it again."] },
      );
    }
  }
}

/** Measures with the compute limit and price that are added later. Throws `SendError` (`SendTooLarge`). */
function refuseTooLarge(
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
  lookupTables: readonly AddressLookupTableAccount[],
): void {
  const budget = [
    ...(hasComputeBudget(instructions, "limit")
      ? []
      : [ComputeBudgetProgram.setComputeUnitLimit({ units: MAX_COMPUTE_UNITS })]),
    ...(hasComputeBudget(instructions, "price")
      ? []
      : [ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1 })]),
  ];
  const size = transactionSize(payer, [...instructions, ...budget], lookupTables);
  if (size !== null && size <= MAX_TRANSACTION_SIZE) return;
  throw new SendError(
    MilepostErrorCode.SendTooLarge,
    `The transaction has ${size ?? "far too many"} bytes; the network takes ${MAX_TRANSACTION_SIZE}.`,
    { metaMessages: ["Hint: split it, or add a lookup table."] },
  );
}

async function computeBudget(
  context: MilestoneContext,
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
  lookupTables: readonly AddressLookupTableAccount[],
  options: SendOptions,
): Promise<{ instructions: TransactionInstruction[]; limit: number; price: number }> {
  const used = await simulateComputeUnits(context, payer, instructions, lookupTables);
  const margin = 1 + (options.computeUnitMargin ?? 0.1);
  // Setting the limit and the price takes compute units as well.
  const limit = Math.min(
    options.computeUnitLimit ?? Math.ceil(used * margin) + 300,
    MAX_COMPUTE_UNITS,
  );
  const { priorityFee } = options;
  const price =
    typeof priorityFee === "number"
      ? priorityFee
      : await recentPriorityFee(context, instructions, priorityFee);
  const own: TransactionInstruction[] = [];
  if (!hasComputeBudget(instructions, "limit")) {
    own.push(ComputeBudgetProgram.setComputeUnitLimit({ units: limit }));
  }
  if (price > 0 && !hasComputeBudget(instructions, "price")) {
    own.push(ComputeBudgetProgram.setComputeUnitPrice({ microLamports: price }));
  }
  return { instructions: own, limit, price };
}

async function buildAndSign(
  context: MilestoneContext,
  payer: PublicKey,
  instructions: readonly TransactionInstruction[],
  lookupTables: readonly AddressLookupTableAccount[],
  signers: readonly Signer[],
): Promise<SignedTransaction> {
  const { blockhash, lastValidBlockHeight } = await context.connection.getLatestBlockhash(
    context.commitment,
  );
  const message = new TransactionMessage({
    payerKey: payer,
    recentBlockhash: blockhash,
    instructions: [...instructions],
  }).compileToV0Message([...lookupTables]);
  const signed = await signTransaction(new VersionedTransaction(message), context.wallet, signers);
  const bytes = signed.serialize();
  const signature = bs58.encode(signed.signatures[0]!);
  return { bytes, signature, lastValidBlockHeight };
}

/** The error of a transaction that landed; its logs say which program it was, where the RPC still has them. */
async function landedError(
  context: MilestoneContext,
  signature: string,
  err: unknown,
  instructions: readonly TransactionInstruction[],
): Promise<Error> {
  const finality = context.commitment === "finalized" ? "finalized" : "confirmed";
  const transaction = await context.connection
    .getTransaction(signature, { commitment: finality, maxSupportedTransactionVersion: 0 })
    .catch(() => null);
  const parsed = parseTransactionError(err, {
    logs: transaction?.meta?.logMessages,
    instructionPrograms: instructions.map(({ programId }) => programId),
    programId: context.programId,
  });
  return (
    parsed ??
    new SendError(MilepostErrorCode.SendRejected, "The transaction landed and failed.", {
      signature,
      cause: err,
    })
  );
}
