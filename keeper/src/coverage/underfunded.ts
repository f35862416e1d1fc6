/** Finds payments that will fail for lack of money, days before they are due. */
import type { PublicKey } from "@solana/web3.js";
import {
  decodeAccount,
  delegationCoverage,
  FUNDING_KIND_DELEGATED,
  FUNDING_KIND_HELD,
  type MilestoneContext,
  type UserPayment,
  type WithAddress,
} from "@milepost/sdk";
import type { Database } from "@milepost/database";
import { dueWithin, type Underfunded } from "../store/alerts";
import { type PolicyDue, readPoliciesDue } from "./policies-due";
import { type ReadAccounts, readEach, readTokenAccount } from "./read-accounts";
import { type Uncovered, uncoveredPayments } from "./uncovered";
import { uncoveredInVaults } from "./underfunded-vaults";

/** Default length of the alert window, in seconds: 72 hours. */
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
  /** Listener for accounts that cannot be read; the others continue. Default: ignored. */
  onUnreadable?: (address: string, error: unknown) => void;
}

/** Result of `findUnderfunded`. */
export interface UnderfundedReport {
  /** Uncovered payments that are due after now and within the window, the soonest first. */
  found: Underfunded[];
  /**
   * Time up to which every due payment was checked, in Unix seconds by the chain's clock; later ones may be incomplete.
   */
  until: bigint;
  /** Owners (base58) whose policies could not be checked, so that nothing is known about them. */
  unknownOwners: string[];
}

/**
 * Finds the payments that are due within the window and not covered, by the SDK's coverage. A delegated payment is uncovered
 * when its owner's allowance or balance is too small after the payments before it, a held one when it is not in the vault
 * or the vault cannot pay. Only owners who do not cover all of their promises are examined policy by policy.
 */
export async function findUnderfunded(query: UnderfundedQuery): Promise<UnderfundedReport> {
  const { database, chainNow, windowSeconds = ALERT_SECONDS, limit = 10_000 } = query;
  const end = chainNow + windowSeconds;
  const { plans, until } = await dueWithin(database, chainNow, end, limit);
  const reader: ReadAccounts = query;
  const policies = await readPoliciesDue(query, plans);
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
  // A payment that is already due is tried now, or it waits and says why.
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

/** Returns the owners whose token account does not cover all of their promises. */
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
