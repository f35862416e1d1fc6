/** Decides whether signed bytes can no longer land, by what several RPCs say. Pure. */
import type { SignatureStatus } from "@solana/web3.js";

/** How far an RPC has seen, both of one answer: at `slot`, the finalized block height was `blockHeight`. */
export interface Seen {
  slot: number;
  blockHeight: number;
}

/** What an RPC says of a signature, as of `slot`; null when it knows none. */
export interface StatusAt {
  slot: number;
  status: SignatureStatus | null;
}

/** One entry per RPC; undefined when it did not answer. */
export type PerRpc<T> = readonly (T | undefined)[];

export interface Expiring {
  lastValidBlockHeight: number;
  /** Signed so long ago that it is over, whatever an RPC has said of its blockhash. Default: false. */
  isStale?: boolean;
}

/** Whether an RPC says so, and no RPC that answers says otherwise; an hour later none is heeded that does. */
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
 * Whether expired bytes are in no history. A null counts only as of a slot at which the blockhash had expired: behind one
 * URL there may be several nodes, so that the height comes from one that is ahead and the status from one that is behind.
 *
 * Every RPC has to say so at first; `silentBlocks` after the expiry, one that does not answer, or claims what no policy
 * shows, is not waited for any more, or the milestone would never be paid. The worst that a wrong answer does is a second
 * transaction for the same milestone: the program refuses an index that is paid, so that it costs a fee and moves nothing.
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
