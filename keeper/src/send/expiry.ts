/** Decides from the answers of several RPCs when signed bytes can no longer land. Pure. */
import type { SignatureStatus } from "@solana/web3.js";

/** Progress of an RPC, from one answer: at `slot`, the finalized block height was `blockHeight`. */
export interface Seen {
  slot: number;
  blockHeight: number;
}

/** Status of a signature by one RPC, as of `slot`; null when it knows none. */
export interface StatusAt {
  slot: number;
  status: SignatureStatus | null;
}

/** One entry per RPC; undefined when it did not answer. */
export type PerRpc<T> = readonly (T | undefined)[];

export interface Expiring {
  lastValidBlockHeight: number;
  /**
   * True when it was signed so long ago that it is over, whatever an RPC reports about its blockhash. Default: false.
   */
  isStale?: boolean;
}

/**
 * Returns true when an RPC says so and no RPC that answers contradicts it. An hour later, contradictions no longer
 * count.
 */
export function isExpired(
  { lastValidBlockHeight, isStale = false }: Expiring,
  seen: PerRpc<Seen>,
): boolean {
  const known = seen.filter((each) => each !== undefined);
  return (
    known.length > 0 &&
    (isStale || known.every(({ blockHeight }) => blockHeight > lastValidBlockHeight))
  );
}

/**
 * Returns true when expired bytes are in no history. A null counts only as of a slot at which the blockhash had
 * expired: one URL may have several nodes, so that the height comes from one that is ahead and the status from one
 * that lags.
 *
 * At first, every RPC has to say so. `silentBlocks` after the expiry, the keeper no longer waits for an RPC that does
 * not answer, or that claims what no policy shows; otherwise the milestone would never be paid. The worst effect of a
 * wrong answer is a second transaction for the same milestone: the program refuses a paid index, so it costs a fee
 * and moves nothing.
 */
export function isNowhere(
  { lastValidBlockHeight, isStale = false }: Expiring,
  seen: PerRpc<Seen>,
  history: PerRpc<StatusAt>,
  silentBlocks: number,
): boolean {
  const isPast = ({ blockHeight }: Seen, blocks = 0) =>
    isStale || blockHeight > lastValidBlockHeight + blocks;
  const past = seen.filter((each) => each !== undefined).filter((each) => isPast(each));
  if (past.length === 0) return false;
  const expiredAt = Math.max(...past.map(({ slot }) => slot));
  const isUnknownAt = (found: StatusAt | undefined, slot: number) =>
    found?.status === null && found.slot >= slot;
  if (
    seen.every((_, index) => isUnknownAt(history[index], expiredAt)) &&
    !seen.includes(undefined)
  ) {
    return true;
  }
  return seen.some(
    (each, index) =>
      each !== undefined && isPast(each, silentBlocks) && isUnknownAt(history[index], each.slot),
  );
}
