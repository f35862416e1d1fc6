/** Reads the reward of a landed payment from the program's event, or from the transfer when a node cut the log off. */
import { IDL } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import type { Member } from "../store/attempts";
import { innerInstructionsOf, type Meta } from "./inner-instructions";

interface Events {
  events: readonly { readonly name: string; readonly data: object }[];
  isTruncated: boolean;
}

/**
 * Reads the reward from the program's own event. The keeper's token balance would not do: it shows the payments of
 * all members together. Returns 0 when the payment's event is there without a reward's; null when either may have
 * been cut off.
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
 * Returns the base units that a payment moved, by the program's own event, or by its transfers when a node cut the
 * log off. Null when neither is known.
 */
export function amountPaid(
  { events }: Pick<Events, "events">,
  member: Member,
  own: OwnInstruction | null,
  meta: Meta,
): bigint | null {
  const paid = events.find(({ name, data }) => {
    const { policy, milestoneIndex } = data as { policy?: PublicKey; milestoneIndex?: number };
    const isOwn = policy?.toBase58() === member.policy && milestoneIndex === member.milestoneIndex;
    return isOwn && name === "PaymentExecuted";
  });
  if (paid) return BigInt((paid.data as { amount: { toString(): string } }).amount.toString());
  const inner = innerInstructionsOf(meta, own?.index);
  if (!inner) return null;
  return inner
    .filter(({ data }) => data[0] === TRANSFER_CHECKED)
    .reduce((sum, { data }) => sum + data.readBigUInt64LE(1), 0n);
}

/** A top-level instruction; accounts are indexes of the transaction's. */
export interface OwnInstruction {
  index: number;
  programIdIndex: number;
  accounts: readonly number[];
}

/**
 * Reads the reward from the transfers into the account that claims it. Nodes keep all transfers, while ten payments
 * write more than the 10,000 bytes of a log. Null when other payments into the same account can't be told apart, or
 * the node did not keep the transfers.
 */
export function rewardMoved(own: OwnInstruction | null, meta: Meta): bigint | null {
  if (!own) return null;
  const claiming = own.accounts[CLAIMING];
  // The program's own id means that no account was given.
  if (claiming === undefined || claiming === own.programIdIndex) return 0n;
  if (own.accounts.filter((account) => account === claiming).length > 1) return null;
  const inner = innerInstructionsOf(meta, own.index);
  if (!inner) return null;
  let sum = 0n;
  for (const { accounts, data } of inner) {
    if (!accounts.includes(claiming)) continue;
    if (data[0] !== TRANSFER_CHECKED || accounts[2] !== claiming) return null;
    sum += data.readBigUInt64LE(1);
  }
  return sum;
}

/** Accounts: source, mint, destination, authority. An amount and decimals follow. */
const TRANSFER_CHECKED = 12;

const CLAIMING = IDL.instructions
  .find(({ name }) => name === "executePayment")!
  .accounts.findIndex(({ name }) => name === "keeperTokenAccount");
