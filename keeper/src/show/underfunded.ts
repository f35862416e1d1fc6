/** Which payments will fail for want of allowance or balance, days before they are due. */
import BN from "bn.js";
import { unpackAccount } from "@solana/spl-token";
import { type AccountInfo, PublicKey } from "@solana/web3.js";
import {
  decodeAccount,
  type DelegationCoverage,
  delegationCoverage,
  FUNDING_KIND_DELEGATED,
  type MilestoneContext,
  type UserPayment,
} from "@milepost/sdk";
import type { Database } from "../types";

/** 72 hours. */
export const ALERT_SECONDS = 259_200n;

export interface Underfunded {
  policy: string;
  milestoneIndex: number;
  dueAt: bigint;
  /** What is missing for this payment after those before it, in base units. */
  shortfall: bigint;
}

export interface UnderfundedQuery {
  database: Database;
  context: MilestoneContext;
  /** Unix seconds by the chain's clock. */
  chainNow: bigint;
  /** Default: `ALERT_SECONDS`. */
  windowSeconds?: bigint;
  /** Most policies that are looked at, the soonest due first. Default: 10,000. */
  limit?: number;
  /** Accounts that can't be read; the others go on. Default: ignored. */
  onUnreadable?: (address: string, error: unknown) => void;
}

const ADDRESSES_PER_REQUEST = 100;

/**
 * Delegated payments that are due within the window and that their owner's allowance or balance does not reach, counting
 * those before them: the SDK's coverage. Only owners who don't cover all of their promises are looked at closely.
 */
export async function findUnderfunded(query: UnderfundedQuery): Promise<Underfunded[]> {
  const { chainNow, windowSeconds = ALERT_SECONDS } = query;
  const until = chainNow + windowSeconds;
  const policies = await dueUntil(query, until);
  const userPayments = await userPaymentsOf(query, policies);
  const found: Underfunded[] = [];
  for (const { address, account } of await notCovered(query, userPayments)) {
    try {
      const coverage = await delegationCoverage(query.context, account.owner, account.mint);
      found.push(...uncoveredPayments(coverage).filter(({ dueAt }) => dueAt <= until));
    } catch (error) {
      query.onUnreadable?.(address.toBase58(), error);
    }
  }
  // One that is due already either is tried now, or is stuck and says why.
  return found
    .filter(({ dueAt }) => dueAt > chainNow)
    .sort((a, b) => Number(a.dueAt - b.dueAt) || (a.policy < b.policy ? -1 : 1));
}

/**
 * The dated payments that the money does not reach, in the order in which they can be pulled. A paused policy pulls
 * nothing.
 */
export function uncoveredPayments(
  coverage: Pick<DelegationCoverage, "allowance" | "balance" | "upcoming">,
): Underfunded[] {
  const available = BN.min(coverage.allowance, coverage.balance);
  let promised = new BN(0);
  const found: Underfunded[] = [];
  for (const { policy, milestoneIndex, amount, dueAt, isPaused } of coverage.upcoming) {
    if (isPaused) continue;
    promised = promised.add(amount);
    const missing = BN.min(amount, promised.sub(available));
    if (!missing.gtn(0) || !dueAt) continue;
    found.push({
      policy: policy.toBase58(),
      milestoneIndex,
      dueAt: BigInt(dueAt.toString()),
      shortfall: BigInt(missing.toString()),
    });
  }
  return found;
}

/** Remembers what it has told, so that each shortfall is told once, and again when it has become another. */
export class UnderfundedAlerts {
  private told = new Map<string, bigint>();

  /** What of these is news; what is not among them any more is forgotten. */
  news(found: readonly Underfunded[]): Underfunded[] {
    const before = this.told;
    this.told = new Map(found.map((item) => [keyOf(item), item.shortfall]));
    return found.filter((item) => before.get(keyOf(item)) !== item.shortfall);
  }
}

function keyOf({ policy, milestoneIndex }: Underfunded): string {
  return `${policy}/${milestoneIndex}`;
}

async function dueUntil(
  { database, chainNow, limit = 10_000 }: UnderfundedQuery,
  until: bigint,
): Promise<PublicKey[]> {
  const rows = await database.query<{ address: string }>(
    `SELECT address FROM milepost_keeper.policies
     WHERE state = 'scheduled' AND action = 'executePayment' AND due_at > $1::bigint AND due_at <= $2::bigint
     ORDER BY due_at, address LIMIT $3`,
    [chainNow.toString(), until.toString(), limit],
  );
  return rows.map(({ address }) => new PublicKey(address));
}

type UserPaymentAt = { address: PublicKey; account: UserPayment };

async function userPaymentsOf(
  query: UnderfundedQuery,
  policies: readonly PublicKey[],
): Promise<UserPaymentAt[]> {
  const wanted = new Map<string, PublicKey>();
  await readEach(query, policies, (address, info) => {
    const policy = decodeAccount("paymentPolicy", address, info, query.context.programId);
    if (policy.fundingKind !== FUNDING_KIND_DELEGATED) return;
    wanted.set(policy.userPayment.toBase58(), policy.userPayment);
  });
  const found: UserPaymentAt[] = [];
  await readEach(query, [...wanted.values()], (address, info) => {
    const account = decodeAccount("userPayment", address, info, query.context.programId);
    found.push({ address, account });
  });
  return found;
}

/** Those whose token account does not carry all that they have promised. */
async function notCovered(
  query: UnderfundedQuery,
  userPayments: readonly UserPaymentAt[],
): Promise<UserPaymentAt[]> {
  const covered = new Set<string>();
  const byTokenAccount = new Map(
    userPayments.map((item) => [item.account.tokenAccount.toBase58(), item]),
  );
  const tokenAccounts = [...byTokenAccount.values()].map(({ account }) => account.tokenAccount);
  await readEach(query, tokenAccounts, (address, info) => {
    const token = unpackAccount(address, info, info.owner);
    const { address: delegate, account } = byTokenAccount.get(address.toBase58())!;
    const isDelegate = token.delegate?.equals(delegate) && token.owner.equals(account.owner);
    const usable = token.amount < token.delegatedAmount ? token.amount : token.delegatedAmount;
    const promised = BigInt(account.committed.toString());
    if (isDelegate && usable >= promised) covered.add(delegate.toBase58());
  });
  return userPayments.filter(({ address }) => !covered.has(address.toBase58()));
}

/** Account by account; one that is gone or can't be read is left out. */
async function readEach(
  { context, onUnreadable }: UnderfundedQuery,
  addresses: readonly PublicKey[],
  read: (address: PublicKey, info: AccountInfo<Buffer>) => void,
): Promise<void> {
  for (let start = 0; start < addresses.length; start += ADDRESSES_PER_REQUEST) {
    const chunk = addresses.slice(start, start + ADDRESSES_PER_REQUEST);
    const infos = await context.connection.getMultipleAccountsInfo(chunk, context.commitment);
    chunk.forEach((address, index) => {
      const info = infos[index];
      if (!info) return;
      try {
        read(address, info);
      } catch (error) {
        onUnreadable?.(address.toBase58(), error);
      }
    });
  }
}
