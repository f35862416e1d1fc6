/** Delivers signed bytes to the chain, or finds out for certain that they can never land. */
import { type Commitment, type Connection, PublicKey, type SignatureStatus } from "@solana/web3.js";
import { decodeAccount, FUNDING_KIND_CLOSED } from "@milepost/sdk";
import type { Attempt, Member } from "../store/attempts";
import { isExpired, isNowhere, type PerRpc, type Seen, type StatusAt } from "./expiry";
import type { Pause } from "./pause";
import { answersOfAll, answersSoon } from "./answers-soon";

export type Deliverable = Pick<Attempt, "signature" | "wire" | "lastValidBlockHeight"> & {
  members: readonly Member[];
  /**
   * True when it was signed so long ago that it is over, whatever an RPC reports about its blockhash. Default: false.
   */
  isStale?: boolean;
};

/**
 * Result of a delivery. `open`: not known yet; the same bytes have to be delivered again, and no other bytes for
 * their milestones.
 */
export type Delivery =
  | { state: "landed"; slot: number }
  | { state: "failed"; slot: number; error: unknown }
  | { state: "expired" }
  | { state: "open"; reason: string };

export interface DeliverOptions {
  /**
   * RPCs that each receive and are asked about the bytes. One that hangs is awaited only before bytes count as
   * expired.
   */
  rpcs: readonly Connection[];
  programId: PublicKey;
  commitment: Commitment;
  pause: Pause;
  /** Pause after the first answer, until the other RPCs are not awaited. Default: the system's. */
  grace?: Pause;
  /** Interval between two sends, in milliseconds. Default: 2,000. */
  resendEveryMs?: number;
  /** Number of sends, at most. Default: 90, well above a blockhash's life. */
  maxRounds?: number;
  /**
   * Number of blocks beyond the blockhash's expiry that the others must reach before an RPC that does not answer is
   * no longer awaited. Default: 1,500 blocks, about ten minutes.
   */
  silentBlocks?: number;
  /** Signal that ends the wait; the bytes stay on their way. */
  signal?: AbortSignal;
  onSent?: () => void | Promise<void>;
}

const SILENT_BLOCKS = 1_500;

/**
 * Sends the same bytes again until they are confirmed or can no longer land: their blockhash has expired, by
 * finalized block height, and no RPC finds the signature in its history as of a later slot. An RPC that drops, lags,
 * times out or answers garbage only costs time. A refusal never ends a delivery: bytes that another RPC has accepted
 * may still land. Never rejects because of an RPC.
 */
export async function deliver(attempt: Deliverable, options: DeliverOptions): Promise<Delivery> {
  const { rpcs, pause, signal, grace } = options;
  for (let round = 1; ; round += 1) {
    if (signal?.aborted) return { state: "open", reason: "Stopped" };
    const config = { skipPreflight: true, maxRetries: 0 };
    await answersSoon(
      rpcs.map((rpc) => rpc.sendRawTransaction(attempt.wire, config)),
      grace,
    );
    if (round === 1) await options.onSent?.();
    const found = await answersSoon(statuses(attempt, rpcs, false), grace);
    const ended = (await judge(attempt, found, options)) ?? (await expiry(attempt, options));
    if (ended) return ended;
    if (round >= (options.maxRounds ?? 90)) return { state: "open", reason: "Unconfirmed" };
    await pause(options.resendEveryMs ?? 2_000, signal);
  }
}

/** Returns the end of bytes whose blockhash may have expired; null when they may still land. */
async function expiry(attempt: Deliverable, options: DeliverOptions): Promise<Delivery | null> {
  const { rpcs, grace, silentBlocks = SILENT_BLOCKS } = options;
  // The progress of each RPC is read before the history, which then shows what lands in between.
  const views = rpcs.map(seenBy);
  if (!isExpired(attempt, await answersSoon(views, grace))) return null;
  // No other bytes are signed before, so there is time for every answer.
  const seen = await answersOfAll(views);
  if (!isExpired(attempt, seen)) return null;
  const history = await answersOfAll(statuses(attempt, rpcs, true));
  const late = await judge(attempt, history, options);
  if (late) return late;
  return isNowhere(attempt, seen, history, silentBlocks) ? { state: "expired" } : null;
}

async function seenBy(rpc: Connection): Promise<Seen> {
  const { absoluteSlot, blockHeight } = await rpc.getEpochInfo("finalized");
  if (typeof blockHeight !== "number") throw new Error("the RPC did not return its block height");
  return { slot: absoluteSlot, blockHeight };
}

function statuses(
  { signature }: Deliverable,
  rpcs: readonly Connection[],
  searchTransactionHistory: boolean,
): Promise<StatusAt>[] {
  return rpcs.map(async (rpc) => {
    const config = { searchTransactionHistory };
    const { context, value } = await rpc.getSignatureStatuses([signature], config);
    // An empty list is not an answer: it must not count as "not known".
    if (value.length !== 1) throw new Error("the RPC did not return one status for the signature");
    return { slot: context.slot, status: value[0]! };
  });
}

/**
 * Combines the statuses of all RPCs. A success that one RPC claims counts when the policies show it; a failure counts
 * when no RPC's accounts show otherwise. A wrong failure does no harm: the next signature is for the same milestone.
 */
async function judge(
  attempt: Deliverable,
  found: PerRpc<StatusAt>,
  options: DeliverOptions,
): Promise<Delivery | null> {
  const done = found.flatMap((each) =>
    each?.status && isReached(each.status, options.commitment)
      ? [{ ...each.status, seenAt: each.slot }]
      : [],
  );
  const succeeded = done.find(({ err }) => err === null);
  const failed = done.find(({ err }) => err !== null);
  // Statuses of one answer are of one slot: the reads that they lead to share a request.
  if (succeeded && (await isPaid(attempt.members, succeeded.seenAt, options))) {
    return { state: "landed", slot: succeeded.slot };
  }
  return failed ? { state: "failed", slot: failed.slot, error: failed.err } : null;
}

/** Returns true when an RPC shows every member's milestone as over, at the slot or later. */
async function isPaid(
  members: readonly Member[],
  slot: number,
  { rpcs, commitment, programId, grace }: DeliverOptions,
): Promise<boolean> {
  if (members.length === 0) return true;
  const addresses = members.map(({ policy }) => new PublicKey(policy));
  const answers = rpcs.map(async (rpc) => {
    const { context, value } = await rpc.getMultipleAccountsInfoAndContext(addresses, {
      commitment,
      minContextSlot: slot,
    });
    // Some nodes ignore the condition.
    if (context.slot < slot) return false;
    return members.every(({ milestoneIndex }, index) => {
      const info = value[index];
      if (!info?.owner.equals(programId)) return true;
      const policy = decodeAccount("paymentPolicy", addresses[index]!, info, programId);
      const { currentMilestone } = policy.policyType.milestone;
      return currentMilestone > milestoneIndex || policy.fundingKind === FUNDING_KIND_CLOSED;
    });
  });
  return (await answersSoon(answers, grace)).includes(true);
}

const LEVELS: readonly string[] = ["processed", "confirmed", "finalized"];

function isReached(status: SignatureStatus, commitment: Commitment): boolean {
  // `confirmations` is null once rooted; old nodes leave `confirmationStatus` out.
  const reached =
    status.confirmationStatus ?? (status.confirmations === null ? "finalized" : "processed");
  const wanted = LEVELS.indexOf(commitment);
  return LEVELS.indexOf(reached) >= (wanted === -1 ? 1 : wanted);
}
