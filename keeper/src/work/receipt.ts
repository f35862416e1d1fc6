/** What a landed transaction cost and moved, by what the chain keeps of it. */
import { decodeEvents, type MilestoneContext, NATIVE_MINT } from "@milepost/sdk";
import {
  type Connection,
  type Finality,
  type PublicKey,
  type TokenBalance,
  VersionedTransaction,
  type VersionedTransactionResponse,
} from "@solana/web3.js";
import type { Journaled } from "../store/attempts";
import { amountPaid, type OwnInstruction, rewardIn, rewardMoved } from "./reward";

export interface Receipt {
  /** Of the whole transaction. */
  feeLamports: bigint;
  /** Chain time of the block, in Unix seconds; null when the RPC does not know it. */
  blockTime: bigint | null;
  /** In the order of the attempt's members. */
  members: MemberReceipt[];
}

export interface MemberReceipt {
  /** Of what was paid. */
  mint: string | null;
  /** What was moved, in base units of the mint; null when it can't be told. */
  amount: bigint | null;
  /** Rent of the token accounts that were created for this member; one that several share is the first one's. */
  rentLamports: bigint | null;
  /** What the gateway paid to the account that claimed, in base units of the mint; null when it can't be told. */
  reward: bigint | null;
}

/** Null when no RPC has the transaction. Never rejects because of an RPC. */
export async function readReceipt(
  { rpcs, context }: { rpcs: readonly Connection[]; context: MilestoneContext },
  attempt: Journaled,
): Promise<Receipt | null> {
  // A transaction is kept from the second level on.
  const commitment: Finality = context.commitment === "finalized" ? "finalized" : "confirmed";
  const config = { commitment, maxSupportedTransactionVersion: 0 };
  for (const rpc of rpcs) {
    const landed = await rpc.getTransaction(attempt.signature, config).catch(() => null);
    if (landed?.meta) return toReceipt(attempt, landed, landed.meta, context.programId);
  }
  return null;
}

type Meta = NonNullable<VersionedTransactionResponse["meta"]>;

function toReceipt(
  attempt: Journaled,
  { blockTime }: VersionedTransactionResponse,
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
  const members = attempt.members.map((member, position): MemberReceipt => {
    const mine = rents.filter(({ owner }) => owner === position);
    return {
      mint: balances.find((each) => accounts[position]!.has(each.accountIndex))?.mint ?? null,
      amount: amountPaid(decoded, member, own[position] ?? null, meta),
      rentLamports: mine.reduce((sum, { lamports }) => sum + lamports, 0n),
      reward:
        // Nothing else pays one.
        member.action === "executePayment"
          ? (rewardIn(decoded, member) ?? rewardMoved(own[position] ?? null, meta))
          : 0n,
    };
  });
  return {
    feeLamports: BigInt(meta.fee),
    blockTime: typeof blockTime === "number" ? BigInt(blockTime) : null,
    members,
  };
}

/** Each member's own instruction: where it is in the transaction, and the indexes of the accounts that it names. */
function instructionsOf(
  { wire, members }: Journaled,
  meta: Meta,
  programId: PublicKey,
): (OwnInstruction | null)[] {
  const { message } = VersionedTransaction.deserialize(wire);
  const keys = message.getAccountKeys({ accountKeysFromLookups: meta.loadedAddresses });
  const ours = message.compiledInstructions.flatMap(
    ({ programIdIndex, accountKeyIndexes }, index) =>
      keys.get(programIdIndex)?.equals(programId)
        ? [{ index, programIdIndex, accounts: accountKeyIndexes }]
        : [],
  );
  const addresses = keys.keySegments().flatMap((segment) => segment.map(String));
  return members.map(
    ({ policy }) =>
      ours.find(({ accounts }) => accounts.some((at) => addresses[at] === policy)) ?? null,
  );
}

/** Token accounts that were not there before, and what was put into them beside what they hold. */
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

/** Of wrapped SOL, the tokens are lamports of the account as well. */
function wrapped({ mint, uiTokenAmount }: TokenBalance): bigint {
  return mint === NATIVE_MINT.toBase58() ? BigInt(uiTokenAmount.amount) : 0n;
}
