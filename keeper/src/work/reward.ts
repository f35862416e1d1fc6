/** What a landed payment's reward was: by the program's event, or by the transfer where a node cut the log off. */
import bs58 from "bs58";
import { IDL } from "@milepost/sdk";
import type { PublicKey, VersionedTransactionResponse } from "@solana/web3.js";
import type { Member } from "../types";

interface Events {
  events: readonly { readonly name: string; readonly data: object }[];
  isTruncated: boolean;
}

/**
 * By the program's own event. The keeper's token balance would not do: it shows what all members of the transaction paid
 * together. Nothing was paid where the payment's event is there and no reward's; null where either may have been cut off.
 */
export function rewardIn({ events, isTruncated }: Events, member: Member): bigint | null {
  const own = events.filter(({ data }) => {
    const { policy, milestoneIndex } = data as { policy?: PublicKey; milestoneIndex?: number };
    return policy?.toBase58() === member.policy && milestoneIndex === member.milestoneIndex;
  });
  const rewarded = own.find(({ name }) => name === "KeeperRewarded");
  if (rewarded) {
    return BigInt((rewarded.data as { amount: { toString(): string } }).amount.toString());
  }
  return !isTruncated && own.some(({ name }) => PAYMENTS.has(name)) ? 0n : null;
}

const PAYMENTS = new Set(["PaymentExecuted", "MilestoneFinalized"]);

/**
 * Base units that a payment moved, by the program's own event, or by its transfers where a node cut the log off. Null
 * where neither is known.
 */
export function amountPaid(
  { events }: Pick<Events, "events">,
  member: Member,
  own: OwnInstruction | null,
  { innerInstructions }: Meta,
): bigint | null {
  const paid = events.find(({ name, data }) => {
    const { policy, milestoneIndex } = data as { policy?: PublicKey; milestoneIndex?: number };
    const isOwn = policy?.toBase58() === member.policy && milestoneIndex === member.milestoneIndex;
    return isOwn && name === "PaymentExecuted";
  });
  if (paid) return BigInt((paid.data as { amount: { toString(): string } }).amount.toString());
  const inner = innerInstructions?.find(({ index }) => index === own?.index)?.instructions;
  if (!inner) return null;
  return inner
    .map(({ data }) => Buffer.from(bs58.decode(data)))
    .filter((bytes) => bytes[0] === TRANSFER_CHECKED)
    .reduce((sum, bytes) => sum + bytes.readBigUInt64LE(1), 0n);
}

/** A top-level instruction; accounts are indexes of the transaction's. */
export interface OwnInstruction {
  index: number;
  programIdIndex: number;
  accounts: readonly number[];
}

type Meta = Pick<NonNullable<VersionedTransactionResponse["meta"]>, "innerInstructions">;

/**
 * By the transfers into the account that claims, of which nodes keep all: ten payments write more than the 10,000 bytes
 * of a log. Null where they can't be told from other payments into the same account, or the node did not keep them.
 */
export function rewardMoved(
  own: OwnInstruction | null,
  { innerInstructions }: Meta,
): bigint | null {
  if (!own) return null;
  const claiming = own.accounts[CLAIMING];
  // The program's own id stands for no account.
  if (claiming === undefined || claiming === own.programIdIndex) return 0n;
  if (own.accounts.filter((account) => account === claiming).length > 1) return null;
  const inner = innerInstructions?.find(({ index }) => index === own.index)?.instructions;
  if (!inner) return null;
  let sum = 0n;
  for (const { accounts, data } of inner) {
    if (!accounts.includes(claiming)) continue;
    const bytes = Buffer.from(bs58.decode(data));
    if (bytes[0] !== TRANSFER_CHECKED || accounts[2] !== claiming) return null;
    sum += bytes.readBigUInt64LE(1);
  }
  return sum;
}

/** Source, mint, destination, authority; an amount and decimals follow. */
const TRANSFER_CHECKED = 12;

const CLAIMING = IDL.instructions
  .find(({ name }) => name === "executePayment")!
  .accounts.findIndex(({ name }) => name === "keeperTokenAccount");
