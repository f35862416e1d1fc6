/** Reads from the chain the cost of a landed transaction and the amounts it moved. */
import {
  decodeEvents,
  type MilestoneContext,
  type MilestoneEvent,
  NATIVE_MINT,
} from "@milepost/sdk";
import {
  type Connection,
  type Finality,
  type PublicKey,
  type TokenBalance,
  VersionedTransaction,
} from "@solana/web3.js";
import { type LandedMeta, RpcConnection } from "../send/rpc-connection";
import type { Journaled } from "../store/attempts";
import { amountPaid, type OwnInstruction, rewardIn, rewardMoved } from "./paid-reward";

export interface Receipt {
  /** Fee of the whole transaction. */
  feeLamports: bigint;
  /** Chain time of the block, in Unix seconds; null when the RPC does not know it. */
  blockTime: bigint | null;
  /** Receipts in the order of the attempt's members. */
  members: MemberReceipt[];
}

export interface MemberReceipt {
  /** Mint of the payment, base58. */
  mint: string | null;
  /** Amount moved, in base units of the mint; null when it is not known. */
  amount: bigint | null;
  /** Rent of the token accounts that were created for this member; a shared account counts for its first member. */
  rentLamports: bigint | null;
  /** Reward that the gateway paid, in base units of the mint; null when it is not known. */
  reward: bigint | null;
}

/** Reads the receipt; null when no RPC has the transaction. Never rejects because of an RPC. */
export async function readReceipt(
  { rpcs, context }: { rpcs: readonly Connection[]; context: MilestoneContext },
  attempt: Journaled,
): Promise<Receipt | null> {
  // An RPC keeps transactions from the second commitment level on.
  const commitment: Finality = context.commitment === "finalized" ? "finalized" : "confirmed";
  const config = { commitment, maxSupportedTransactionVersion: 0 };
  for (const rpc of rpcs) {
    try {
      const landed: LandedMeta | null = await (rpc instanceof RpcConnection
        ? rpc.getLandedMeta(attempt.signature, commitment)
        : rpc.getTransaction(attempt.signature, config));
      if (landed?.meta) return toReceipt(attempt, landed, landed.meta, context.programId);
    } catch {
      // It failed, or its answer can't be read: another one may have the transaction.
    }
  }
  return null;
}

type Meta = NonNullable<LandedMeta["meta"]>;

function toReceipt(
  attempt: Journaled,
  { blockTime }: LandedMeta,
  meta: Meta,
  programId: PublicKey,
): Receipt {
  const own = instructionsOf(attempt, meta, programId);
  const accounts = own.map((each) => new Set(each?.accounts));
  const rents = createdAt(meta).map((created) => {
    const owner = accounts.findIndex((indexes) => indexes.has(created.index));
    return { ...created, owner: Math.max(owner, 0) };
  });
  const balances = [...(meta.postTokenBalances ?? []), ...(meta.preTokenBalances ?? [])];
  const decoded = decodeEvents(meta.logMessages ?? [], programId);
  const eventsOf = byPolicy(decoded.events);
  const members = attempt.members.map((member, position): MemberReceipt => {
    const mine = rents.filter(({ owner }) => owner === position);
    const events = { ...decoded, events: eventsOf.get(member.policy) ?? [] };
    return {
      mint: balances.find((each) => accounts[position]!.has(each.accountIndex))?.mint ?? null,
      amount: amountPaid(events, member, own[position] ?? null, meta),
      rentLamports: mine.reduce((sum, { lamports }) => sum + lamports, 0n),
      reward:
        // No other action pays a reward.
        member.action === "executePayment"
          ? (rewardIn(events, member) ?? rewardMoved(own[position] ?? null, meta))
          : 0n,
    };
  });
  return {
    feeLamports: BigInt(meta.fee),
    blockTime: typeof blockTime === "number" ? BigInt(blockTime) : null,
    members,
  };
}

/** Groups events by their policy, base58. */
function byPolicy(events: readonly MilestoneEvent[]): Map<string, MilestoneEvent[]> {
  const groups = new Map<string, MilestoneEvent[]>();
  for (const event of events) {
    const { policy } = event.data as { policy?: PublicKey };
    const key = String(policy);
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return groups;
}

/** Finds each member's own instruction: its position, and the indexes of its accounts. */
function instructionsOf(
  { wire, members }: Journaled,
  meta: Meta,
  programId: PublicKey,
): (OwnInstruction | null)[] {
  const { message } = VersionedTransaction.deserialize(wire);
  const { writable = [], readonly = [] } = meta.loadedAddresses ?? {};
  const addresses = [...message.staticAccountKeys, ...writable, ...readonly].map(String);
  const places = new Map(addresses.map((address, place) => [address, place]));
  const program = places.get(programId.toBase58());
  const ours = message.compiledInstructions.flatMap(
    ({ programIdIndex, accountKeyIndexes }, index) =>
      programIdIndex === program ? [{ index, programIdIndex, accounts: accountKeyIndexes }] : [],
  );
  return members.map(({ policy }) => {
    const place = places.get(policy);
    return ours.find(({ accounts }) => place !== undefined && accounts.includes(place)) ?? null;
  });
}

/** Finds the new token accounts, with the lamports they got beside their tokens. */
function createdAt({ preBalances, postBalances, preTokenBalances, postTokenBalances }: Meta) {
  const known = new Set((preTokenBalances ?? []).map(({ accountIndex }) => accountIndex));
  return (postTokenBalances ?? [])
    .filter(({ accountIndex }) => !known.has(accountIndex))
    .map((balance) => {
      const index = balance.accountIndex;
      const lamports = BigInt(postBalances[index]!) - BigInt(preBalances[index]!);
      return { index, lamports: lamports - wrapped(balance) };
    });
}

/** Returns the lamports that are tokens as well, in an account of wrapped SOL. */
function wrapped({ mint, uiTokenAmount }: TokenBalance): bigint {
  return mint === NATIVE_MINT.toBase58() ? BigInt(uiTokenAmount.amount) : 0n;
}
