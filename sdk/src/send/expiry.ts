/** When a transaction can no longer land, and which answers of an RPC prove it. */
import type { VersionedMessage } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { hasDurableNonce } from "./message";

/** Blocks in which a blockhash may be used. */
const BLOCKHASH_LIFE = 150;
/** Slots by which a node may be behind and still calls itself healthy: 128, Agave's default, rounded up. */
const MOST_LAG = 150;

/** Runs an RPC call of which a failure only costs time; undefined when it failed. */
export type Attempt = <T>(call: () => Promise<T>) => Promise<T | undefined>;

/**
 * Returns a finalized slot after the last one that the blockhash may be used in; null while the answering node has none.
 * Height and slot are from one answer. Finalized, as in another fork the same height may still lie ahead. A queue of
 * blockhashes is one block behind the bank it belongs to, so the block after the last valid one may still hold it.
 */
export async function slotAfterExpiry(
  { connection }: MilestoneContext,
  lastValidBlockHeight: number,
  attempt: Attempt,
): Promise<number | null> {
  if (!Number.isFinite(lastValidBlockHeight)) return null;
  const info = await attempt(() => connection.getEpochInfo({ commitment: "finalized" }));
  if (info?.blockHeight === undefined) return null;
  return info.blockHeight > lastValidBlockHeight + 1 ? info.absoluteSlot : null;
}

/** What was known of the chain before a wallet was asked. */
export interface KnownBefore {
  /** Of the blockhash that the wallet was given. */
  lastValidBlockHeight: number;
  /** Milliseconds since that blockhash was asked for. */
  elapsedMs: number;
}

/** Shorter than a block takes, so that more blocks are counted than there are. */
const MIN_BLOCK_MS = 300;

/**
 * Returns the last block height at which the transaction of a wallet can land that changed the blockhash, or may have
 * done so. The blockhash is not newer than the newest block. A node that answers now may be further behind than the
 * one that answered before the wallet was asked, so the height never counts for less than that one and the time since
 * then. Either is taken to be behind by less than 150. Infinity for a durable nonce, or when no node answers: then
 * nothing proves that it can't land.
 */
export async function lastHeightOfUnknown(
  { connection }: MilestoneContext,
  message: VersionedMessage | null,
  known: KnownBefore,
  attempt: Attempt,
): Promise<number> {
  if (message && hasDurableNonce(message)) return Infinity;
  const height = await attempt(() => connection.getBlockHeight("processed"));
  if (height === undefined) return Infinity;
  const before = known.lastValidBlockHeight - BLOCKHASH_LIFE;
  const floor = before + Math.ceil(Math.max(known.elapsedMs, 0) / MIN_BLOCK_MS);
  return Math.max(height, floor) + MOST_LAG + BLOCKHASH_LIFE;
}
