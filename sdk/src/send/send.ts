import bs58 from "bs58";
import type {
  SignatureStatus,
  TransactionInstruction,
  VersionedTransaction,
} from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { MilepostErrorCode } from "../errors/codes";
import { parseTransactionError } from "../errors/parse";
import { SendError } from "../errors/send";
import { callRpc } from "../rpc/call";
import { noteLanded } from "../rpc/seen-slots";
import { budgetOf, computeBudget, type ComputeBudget, refuseTooLarge } from "./compute";
import { sendUntilConfirmed, type SignedTransaction } from "./confirm";
import { type Attempt, type KnownBefore, lastHeightOfUnknown } from "./expiry";
import { compile, type Draft, refuseLegacyTables } from "./message";
import { isSentTwice } from "./own-signatures";
import { placesOf } from "./returned";
import { requireInstructions, type SendOptions, type SendSettings, toSettings } from "./settings";
import { needsWallet, refuseMissing, signLocally, signTransaction } from "./sign";
import { askToSend, refuseVersion, walletKind } from "./wallet";

/** Receipt of a transaction that reached the context's commitment without an error. */
export interface SendResult {
  /** Signature of the transaction in base58. */
  signature: string;
  /** Slot it landed in. Reads on the same connection are at least as new; `minContextSlot` takes it elsewhere. */
  slot: number;
  /** As the transaction has it; a wallet may have changed it. */
  computeUnitLimit: number;
  /** Micro-lamports per compute unit, as the transaction has it; a wallet may have changed it. */
  computeUnitPrice: number;
  /**
   * Whether another call with this connection sent the very same transaction: then the two calls made one policy or
   * payment together. Harmless for a double click; a payroll prepares its creations one after the other.
   */
  isDuplicate: boolean;
}

/**
 * Simulates, sets compute limit and priority fee, signs, sends and confirms at the context's commitment. The same
 * signed bytes are sent until they are confirmed or provably expired, so a payment can't be sent twice.
 *
 * Throws `InvalidInputError`, also for a wallet that was disconnected; `RpcError` before anything was sent;
 * `MilestoneProgramError` and the other errors of `parseTransactionError`; `SendError`. Of all codes only
 * `SendUnconfirmed` may still land.
 * @example
 * import { createContext, executePayment, send } from "@milepost/sdk";
 *
 * const context = createContext(connection, wallet);
 * const { signature, slot } = await send(context, await executePayment(context, { policyPda }));
 */
export async function send(
  context: MilestoneContext,
  instructions: readonly TransactionInstruction[],
  options: SendOptions = {},
): Promise<SendResult> {
  const wallet = walletAddress(context);
  const draft: Draft = {
    payer: options.payer ?? wallet,
    instructions: requireInstructions(instructions),
    lookupTables: options.lookupTables ?? [],
    version: options.version ?? 0,
  };
  const settings = toSettings(context, options);
  refuseLegacyTables(draft);
  refuseVersion(context.wallet, draft.version);
  const walletRoom = roomForWallet(context, draft, settings);
  refuseTooLarge(draft);
  const budget = await computeBudget(context, draft, walletRoom, settings);
  // At the end, so that an error's instruction index is the caller's.
  const whole = { ...draft, instructions: [...draft.instructions, ...budget.instructions] };

  for (let signing = 1; ; signing += 1) {
    const sent = await signAndRecord(context, whole, settings);
    const { transaction } = sent;
    const status = await sendUntilConfirmed(context, transaction, settings);
    if (status?.err) throw await landedError(context, sent, status.err, whole);
    if (status) return resultOf(context, sent, status, budget);
    const isSentByWallet = transaction.bytes.length === 0;
    if (signing >= settings.maxSignings || isSentByWallet) throw expired(transaction);
  }
}

interface Signed {
  transaction: SignedTransaction;
  /** Null where the wallet sent it. */
  signed: VersionedTransaction | null;
  isDuplicate: boolean;
}

/** Signs, or has the wallet sign and send, and tells the caller the signature. */
async function signAndRecord(
  context: MilestoneContext,
  draft: Draft,
  settings: SendSettings,
): Promise<Signed> {
  const { connection, commitment } = context;
  const started = settings.clock.now();
  const { blockhash, lastValidBlockHeight } = await callRpc(context, "getLatestBlockhash", () =>
    connection.getLatestBlockhash(commitment),
  );
  const unsigned = compile(draft, blockhash);
  const isSentByWallet =
    walletKind(context.wallet) === "sends" &&
    needsWallet(unsigned, context.wallet, settings.signers);
  const known = (): KnownBefore => ({
    lastValidBlockHeight,
    elapsedMs: settings.clock.now() - started,
  });
  const { transaction, signed } = isSentByWallet
    ? await sendByWallet(context, unsigned, draft, settings, known)
    : await signHere(context, unsigned, draft, settings, known);
  if (signed && settings.clock.now() - started > SLOW_WALLET_MS) {
    await refuseExpired(context, transaction);
  }
  const isDuplicate = isSentTwice(connection, transaction.signature);
  await settings.onSigned?.(transaction);
  return { transaction, signed, isDuplicate };
}

async function signHere(
  context: MilestoneContext,
  unsigned: VersionedTransaction,
  draft: Draft,
  settings: SendSettings,
  known: () => KnownBefore,
): Promise<{ transaction: SignedTransaction; signed: VersionedTransaction }> {
  const { recentBlockhash } = unsigned.message;
  const signed = await signTransaction(unsigned, draft, context.wallet, settings);
  const isUnchanged = signed.message.recentBlockhash === recentBlockhash;
  const transaction = {
    bytes: signed.serialize(),
    signature: bs58.encode(signed.signatures[0]!),
    lastValidBlockHeight: isUnchanged
      ? known().lastValidBlockHeight
      : await lastHeightOfUnknown(context, signed.message, known(), attempt),
  };
  return { transaction, signed };
}

async function sendByWallet(
  context: MilestoneContext,
  unsigned: VersionedTransaction,
  draft: Draft,
  settings: SendSettings,
  known: () => KnownBefore,
): Promise<{ transaction: SignedTransaction; signed: null }> {
  signLocally(unsigned, context.wallet, settings.signers);
  refuseMissing(unsigned, draft, context.wallet);
  const signature = await askToSend(context, unsigned, settings);
  // What it signed can't be seen: wallets take a newer blockhash where they see fit.
  const lastValidBlockHeight = await lastHeightOfUnknown(context, null, known(), attempt);
  return {
    transaction: { bytes: new Uint8Array(0), signature, lastValidBlockHeight },
    signed: null,
  };
}

const attempt: Attempt = (call) => call().catch(() => undefined);

/** A signature that took less than this can't have outlived its blockhash. */
const SLOW_WALLET_MS = 20_000;

/** Throws `SendError` (`SendExpiredUnsent`): what no block can take is not sent, so its end is known at once. */
async function refuseExpired(
  { connection, commitment }: MilestoneContext,
  { lastValidBlockHeight }: SignedTransaction,
): Promise<void> {
  const height = await attempt(() => connection.getBlockHeight(commitment));
  if (height === undefined || height <= lastValidBlockHeight + 1) return;
  throw new SendError(
    MilepostErrorCode.SendExpiredUnsent,
    "The blockhash expired while the wallet was asked for its signature.",
    { metaMessages: ["Hint: nothing was sent; build the transaction again and ask once more."] },
  );
}

function resultOf(
  context: MilestoneContext,
  { transaction, signed, isDuplicate }: Signed,
  { slot }: SignatureStatus,
  budget: ComputeBudget,
): SendResult {
  noteLanded(context, slot);
  const { limit, price } = signed ? budgetOf(signed.message, budget) : budget;
  const { signature } = transaction;
  return { signature, slot, computeUnitLimit: limit, computeUnitPrice: price, isDuplicate };
}

function expired({ signature, lastValidBlockHeight, bytes }: SignedTransaction): SendError {
  const hint =
    bytes.length === 0
      ? "Hint: nothing moved, unless this wallet uses durable nonces: look the signature up, then build and send again."
      : "Hint: nothing moved; build and send it again.";
  return new SendError(
    MilepostErrorCode.SendBlockhashExpired,
    "The blockhash expired and the transaction did not land.",
    { signature, lastValidBlockHeight, metaMessages: [hint] },
  );
}

/** Wallets that sign themselves add instructions: guards against a simulation that lied. */
function roomForWallet(
  { wallet }: MilestoneContext,
  draft: Draft,
  { signers, walletComputeUnits }: SendSettings,
): number {
  const isPayer = draft.payer.equals(wallet.publicKey);
  const isSigner = draft.instructions.some(({ keys }) =>
    keys.some(({ pubkey, isSigner }) => isSigner && pubkey.equals(wallet.publicKey)),
  );
  const isAtHand = signers.some(({ publicKey }) => publicKey.equals(wallet.publicKey));
  const isAsked = walletKind(wallet) !== "local" && (isPayer || isSigner) && !isAtHand;
  return isAsked ? walletComputeUnits : 0;
}

/**
 * Returns the error of a transaction that landed. Its logs say which program it was, where the RPC still has them. A
 * wallet's guards may stand before the caller's instructions, so the index in the error is turned into the caller's.
 */
async function landedError(
  context: MilestoneContext,
  { transaction: { signature }, signed }: Signed,
  err: unknown,
  draft: Draft,
): Promise<Error> {
  const finality = context.commitment === "finalized" ? "finalized" : "confirmed";
  const landed = await context.connection
    .getTransaction(signature, { commitment: finality, maxSupportedTransactionVersion: 0 })
    .catch(() => null);
  const { InstructionError } = err as { InstructionError?: [number, unknown] };
  const place = InstructionError?.[0] ?? -1;
  const index = signed ? placesOf(draft, signed).indexOf(place) : place;
  const isGuard = signed !== null && place >= 0 && index === -1;
  const parsed = isGuard
    ? null
    : parseTransactionError(
        InstructionError ? { InstructionError: [index, InstructionError[1]] } : err,
        {
          logs: landed?.meta?.logMessages,
          instructionPrograms: draft.instructions.map(({ programId }) => programId),
          programId: context.programId,
        },
      );
  return (
    parsed ??
    new SendError(
      MilepostErrorCode.SendRejected,
      isGuard
        ? `The transaction landed and failed in instruction ${place}, which the wallet had added.`
        : "The transaction landed and failed.",
      { signature, cause: err, metaMessages: ["Hint: nothing moved; see the cause."] },
    )
  );
}
