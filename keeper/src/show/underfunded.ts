/** Which payments will fail for want of money, days before they are due. */
import type { PublicKey } from "@solana/web3.js";
import {
  decodeAccount,
  delegationCoverage,
  FUNDING_KIND_DELEGATED,
  FUNDING_KIND_HELD,
  type MilestoneContext,
  type PaymentPolicy,
  type UserPayment,
  type WithAddress,
} from "@milepost/sdk";
import { dueWithin, type DueWithin } from "../store/alerts";
import type { Database, Underfunded } from "../types";
import { type ReadAccounts, readEach, readTokenAccount } from "./read-accounts";
import { type Uncovered, uncoveredPayments } from "./uncovered";
import { uncoveredInVaults } from "./underfunded-vaults";

/** 72 hours. */
export const ALERT_SECONDS = 259_200n;

/** Options of `findUnderfunded`. */
export interface UnderfundedQuery {
  /** Database of the keeper; it is only read. */
  database: Database;
  /** Context of the SDK; accounts are read and nothing is signed. */
  context: MilestoneContext;
  /** Time of the chain, in Unix seconds. */
  chainNow: bigint;
  /** Length of the alert window from `chainNow`, in seconds. Default: `ALERT_SECONDS`, 72 hours. */
  windowSeconds?: bigint;
  /** Number of policies at most, the soonest due first. Default: 10,000. */
  limit?: number;
  /** Listener for accounts that cannot be read; the others go on. Default: ignored. */
  onUnreadable?: (address: string, error: unknown) => void;
}

/** Result of `findUnderfunded`. */
export interface UnderfundedReport {
  /** Payments not covered that come due after now and within the window, the soonest first. */
  found: Underfunded[];
  /**
   * Time up to which every due payment was checked, in Unix seconds by the chain's clock; later ones perhaps not all.
   */
  until: bigint;
  /** Owners (base58) whose policies could not be checked, so that nothing is known about them. */
  unknownOwners: string[];
}

/** A policy that is due within the window. */
export interface PolicyDue extends WithAddress<PaymentPolicy> {
  plan: DueWithin;
}

/**
 * Payments that are due within the window and that the money there does not make, by the SDK's coverage: those of delegated
 * policies that their owner's allowance or balance does not reach, counting those before them, and those of held policies
 * that are not in the vault, or that it can't pay. Of the former, only owners who don't cover all of their promises are
 * looked at closely.
 */
export async function findUnderfunded(query: UnderfundedQuery): Promise<UnderfundedReport> {
  const { database, chainNow, windowSeconds = ALERT_SECONDS, limit = 10_000 } = query;
  const end = chainNow + windowSeconds;
  const { plans, until } = await dueWithin(database, chainNow, end, limit);
  const reader: ReadAccounts = query;
  const policies = await readPolicies(query, plans);
  const userPayments = await readUserPayments(query, policies);
  const ownerOf = new Map(userPayments.map((item) => [item.address.toBase58(), item]));
  const found: Underfunded[] = [];
  const add = ({ account }: WithAddress<UserPayment>, uncovered: readonly Uncovered[]): void => {
    const [owner, mint] = [account.owner.toBase58(), account.mint.toBase58()];
    for (const item of uncovered) found.push({ ...item, owner, mint });
  };

  const unknownOwners: string[] = [];
  const delegating = new Set(
    policies.filter(isDelegated).map(({ account }) => account.userPayment.toBase58()),
  );
  const delegators = userPayments.filter(({ address }) => delegating.has(address.toBase58()));
  for (const { userPayment, isFrozen } of await notCovered(reader, delegators)) {
    const { owner, mint } = userPayment.account;
    try {
      const coverage = await delegationCoverage(query.context, owner, mint);
      add(userPayment, uncoveredPayments(coverage, isFrozen));
    } catch (error) {
      unknownOwners.push(owner.toBase58());
      query.onUnreadable?.(userPayment.address.toBase58(), error);
    }
  }

  const held = policies.filter(({ account }) => account.fundingKind === FUNDING_KIND_HELD);
  for (const { userPayment, uncovered } of await uncoveredInVaults(reader, held, ownerOf)) {
    add(userPayment, uncovered);
  }
  // One that is due already either is tried now, or is stuck and says why.
  return {
    found: found
      .filter(({ dueAt }) => dueAt > chainNow && dueAt <= end)
      .sort((a, b) => (a.dueAt === b.dueAt ? order(a, b) : a.dueAt < b.dueAt ? -1 : 1)),
    until,
    unknownOwners,
  };
}

function order(a: Underfunded, b: Underfunded): number {
  if (a.policy !== b.policy) return a.policy < b.policy ? -1 : 1;
  return a.milestoneIndex - b.milestoneIndex;
}

function isDelegated({ account }: PolicyDue): boolean {
  return account.fundingKind === FUNDING_KIND_DELEGATED;
}

async function readPolicies(
  query: UnderfundedQuery,
  plans: readonly DueWithin[],
): Promise<PolicyDue[]> {
  const byAddress = new Map(plans.map((plan) => [plan.address.toBase58(), plan]));
  const found: PolicyDue[] = [];
  const addresses = plans.map(({ address }) => address);
  await readEach(query, addresses, (address, info) => {
    const account = decodeAccount("paymentPolicy", address, info, query.context.programId);
    const plan = byAddress.get(address.toBase58())!;
    found.push({ address, account, plan });
  });
  return found;
}

async function readUserPayments(
  query: UnderfundedQuery,
  policies: readonly PolicyDue[],
): Promise<WithAddress<UserPayment>[]> {
  const wanted = new Map(
    policies.map(({ account }) => [account.userPayment.toBase58(), account.userPayment]),
  );
  const found: WithAddress<UserPayment>[] = [];
  await readEach(query, [...wanted.values()], (address, info) => {
    const account = decodeAccount("userPayment", address, info, query.context.programId);
    found.push({ address, account });
  });
  return found;
}

interface NotCovered {
  userPayment: WithAddress<UserPayment>;
  isFrozen: boolean;
}

/** Those whose token account does not carry all that they have promised. */
async function notCovered(
  reader: ReadAccounts,
  userPayments: readonly WithAddress<UserPayment>[],
): Promise<NotCovered[]> {
  const covered = new Set<string>();
  const frozen = new Set<string>();
  const byTokenAccount = new Map(
    userPayments.map((item) => [item.account.tokenAccount.toBase58(), item]),
  );
  const tokenAccounts: PublicKey[] = userPayments.map(({ account }) => account.tokenAccount);
  await readEach(reader, tokenAccounts, (address, info) => {
    const token = readTokenAccount(address, info);
    const { address: delegate, account } = byTokenAccount.get(address.toBase58())!;
    const isDelegate = token.delegate?.equals(delegate) && token.owner.equals(account.owner);
    const usable = token.amount < token.delegatedAmount ? token.amount : token.delegatedAmount;
    const promised = BigInt(account.committed.toString());
    if (token.isFrozen) frozen.add(delegate.toBase58());
    else if (isDelegate && usable >= promised) covered.add(delegate.toBase58());
  });
  return userPayments
    .filter(({ address }) => !covered.has(address.toBase58()))
    .map((item) => ({ userPayment: item, isFrozen: frozen.has(item.address.toBase58()) }));
}
