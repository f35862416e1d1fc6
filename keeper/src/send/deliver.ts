/** Brings signed bytes onto the chain, or finds out for certain that they never will be. */
import { type Commitment, type Connection, PublicKey, type SignatureStatus } from "@solana/web3.js";
import { decodeAccount, FUNDING_KIND_CLOSED } from "@milepost/sdk";
import type { Attempt, Member } from "../types";
import type { Pause } from "./pause";

export type Deliverable = Pick<Attempt, "signature" | "wire" | "lastValidBlockHeight"> & {
  members: readonly Member[];
  /** Signed so long ago that it is over, whatever an RPC has said of its blockhash. Default: false. */
  isStale?: boolean;
};

/** `open`: nobody knows yet; the same bytes have to be delivered again, and nothing else for their milestones. */
export type Delivery =
  | { state: "landed"; slot: number }
  | { state: "failed"; slot: number; error: unknown }
  | { state: "expired" }
  | { state: "open"; reason: string };

export interface DeliverOptions {
  /** All are sent to and asked. */
  rpcs: readonly Connection[];
  programId: PublicKey;
  commitment: Commitment;
  pause: Pause;
  /** Between two times that the bytes are sent. Default: 2,000. */
  resendEveryMs?: number;
  /** How often they are sent, at most. Default: 90, well above a blockhash's life. */
  maxRounds?: number;
  /**
   * How far beyond the blockhash's expiry the others have to be before an RPC that does not answer is not waited for.
   * Default: 1,500 blocks, about ten minutes.
   */
  silentBlocks?: number;
  /** Ends the wait; the bytes stay on their way. */
  signal?: AbortSignal;
  onSent?: () => void | Promise<void>;
}

const SILENT_BLOCKS = 1_500;

/**
 * Sends the same bytes again until they are confirmed, or nowhere: their blockhash has expired, by finalized block height,
 * and no RPC finds the signature in its history. An RPC that drops, lags, times out or answers garbage only costs time.
 * Never rejects because of an RPC.
 */
export async function deliver(attempt: Deliverable, options: DeliverOptions): Promise<Delivery> {
  const { rpcs, pause, signal } = options;
  for (let round = 1; ; round += 1) {
    if (signal?.aborted) return { state: "open", reason: "Stopped" };
    await Promise.all(
      rpcs.map((rpc) =>
        answer(() => rpc.sendRawTransaction(attempt.wire, { skipPreflight: true, maxRetries: 0 })),
      ),
    );
    if (round === 1) await options.onSent?.();
    const found = await judge(attempt, await statuses(attempt, rpcs, false), options);
    if (found) return found;
    // The height is read before the history: what lands in between is found.
    const heights = await Promise.all(
      rpcs.map((rpc) => answer(() => rpc.getBlockHeight("finalized"))),
    );
    if (isExpired(attempt, heights)) {
      const history = await statuses(attempt, rpcs, true);
      const late = await judge(attempt, history, options);
      if (late) return late;
      if (isNowhere(attempt, heights, history, options)) return { state: "expired" };
    }
    if (round >= (options.maxRounds ?? 90)) return { state: "open", reason: "Unconfirmed" };
    await pause(options.resendEveryMs ?? 2_000, signal);
  }
}

/** One status an RPC: null when it knows none, undefined when it did not answer. */
type Statuses = readonly (SignatureStatus | null | undefined)[];

function statuses(
  { signature }: Deliverable,
  rpcs: readonly Connection[],
  searchTransactionHistory: boolean,
): Promise<Statuses> {
  return Promise.all(
    rpcs.map((rpc) =>
      answer(async () => {
        const { value } = await rpc.getSignatureStatuses([signature], { searchTransactionHistory });
        return value[0] ?? null;
      }),
    ),
  );
}

/** One finalized block height an RPC; undefined when it did not answer. */
type Heights = readonly (number | undefined)[];

/** Whether somebody says so, and nobody who answers says otherwise; an hour later nobody is heeded who does. */
function isExpired(
  { lastValidBlockHeight, isStale = false }: Deliverable,
  heights: Heights,
): boolean {
  const known = heights.filter((height) => height !== undefined);
  return known.length > 0 && (isStale || known.every((height) => height > lastValidBlockHeight));
}

/**
 * Whether expired bytes are in no history. Every RPC has to say so at first; long after the expiry, one that does not answer,
 * or claims what no policy shows, is not waited for any more, or the milestone would never be paid. The worst that a wrong
 * answer does is a second transaction for the same milestone: the program refuses an index that is paid, so that it costs a
 * fee and moves nothing.
 */
function isNowhere(
  { lastValidBlockHeight, isStale = false }: Deliverable,
  heights: Heights,
  history: Statuses,
  { silentBlocks = SILENT_BLOCKS }: DeliverOptions,
): boolean {
  const searched = heights.filter(
    (height, index) => height !== undefined && history[index] === null,
  ) as number[];
  if (searched.length === heights.length) return true;
  return searched.some((height) => isStale || height > lastValidBlockHeight + silentBlocks);
}

/**
 * What the statuses together say. Success that one RPC claims counts when the policies show it; a failure counts when
 * nobody's accounts show otherwise. A wrong failure does no harm: whatever is signed next names the same milestone.
 */
async function judge(
  attempt: Deliverable,
  found: Statuses,
  options: DeliverOptions,
): Promise<Delivery | null> {
  const done = found.filter(
    (status): status is SignatureStatus => !!status && isReached(status, options.commitment),
  );
  const succeeded = done.find(({ err }) => err === null);
  const failed = done.find(({ err }) => err !== null);
  if (succeeded && (await isPaid(attempt.members, succeeded.slot, options))) {
    return { state: "landed", slot: succeeded.slot };
  }
  return failed ? { state: "failed", slot: failed.slot, error: failed.err } : null;
}

/** Whether an RPC shows every member's milestone as over, at the slot or later. */
async function isPaid(
  members: readonly Member[],
  slot: number,
  { rpcs, commitment, programId }: DeliverOptions,
): Promise<boolean> {
  if (members.length === 0) return true;
  const addresses = members.map(({ policy }) => new PublicKey(policy));
  const looks = rpcs.map((rpc) =>
    answer(async () => {
      const { value } = await rpc.getMultipleAccountsInfoAndContext(addresses, {
        commitment,
        minContextSlot: slot,
      });
      return members.every(({ milestoneIndex }, index) => {
        const info = value[index];
        if (!info?.owner.equals(programId)) return true;
        const policy = decodeAccount("paymentPolicy", addresses[index]!, info, programId);
        const { currentMilestone } = policy.policyType.milestone;
        return currentMilestone > milestoneIndex || policy.fundingKind === FUNDING_KIND_CLOSED;
      });
    }),
  );
  return (await Promise.all(looks)).includes(true);
}

const LEVELS: readonly string[] = ["processed", "confirmed", "finalized"];

function isReached(status: SignatureStatus, commitment: Commitment): boolean {
  // `confirmations` is null once rooted; old nodes leave `confirmationStatus` out.
  const reached =
    status.confirmationStatus ?? (status.confirmations === null ? "finalized" : "processed");
  const wanted = LEVELS.indexOf(commitment);
  return LEVELS.indexOf(reached) >= (wanted === -1 ? 1 : wanted);
}

async function answer<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch {
    return undefined;
  }
}
