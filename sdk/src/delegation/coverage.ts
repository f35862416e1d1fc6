import BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import { FUNDING_KIND_DELEGATED } from "../protocol";
import { hasDueDate } from "../rules/release-condition";
import type { TokenAccountState } from "../tokens/account";
import type { Escrow, PaymentPolicy, UserPayment, WithAddress } from "../types";
import { sum, type VaultCoverage, vaultCoverage } from "./vault-coverage";

/** Payment of a milestone that has not ended yet. */
export interface UpcomingPayment {
  /** Address of the policy. */
  policy: PublicKey;
  /** Id of the policy, unique within the owner's `UserPayment`. */
  policyId: number;
  /** Index of the milestone, 0 to 3. */
  milestoneIndex: number;
  /** Base units. */
  amount: BN;
  /** Unix seconds; null when it may be released at any time. */
  dueAt: BN | null;
  /** True for a paused policy: its payment counts, but it pulls nothing until it is resumed. */
  isPaused: boolean;
}

/** Comparison of an owner's promises on one mint with the allowance and balance that pay them. Amounts are base units. */
export interface DelegationCoverage {
  /** Wallet of the owner. */
  owner: PublicKey;
  /** Mint of every amount here. */
  mint: PublicKey;
  /** Address of the owner's `UserPayment` on the mint, the delegate that pulls payments. */
  userPayment: PublicKey;
  /** Token account that payments are pulled from. */
  tokenAccount: PublicKey;
  /** Delegate that may pull from the token account now; null when there is none. */
  delegate: PublicKey | null;
  /** Allowance of the program; 0 when another delegate has it. */
  allowance: BN;
  /** Balance of the token account; 0 when it is closed or belongs to another wallet. */
  balance: BN;
  /** Sum of what all live delegated policies may still pull. */
  committed: BN;
  /** Allowance that is missing for all of `committed`; 0 when none is. */
  allowanceShortfall: BN;
  /** Balance that is missing for all of `committed`; 0 when none is. */
  balanceShortfall: BN;
  /** Larger of the two shortfalls; 0 when all of `committed` can be pulled. */
  shortfall: BN;
  /**
   * Future payments of delegated policies, in the order in which they can be pulled: undated ones first, then by due date.
   */
  upcoming: UpcomingPayment[];
  /** First payment of an unpaused policy that would fail; null when none would. */
  firstUncovered:
    | (UpcomingPayment & {
        /** Base units that are missing for it once the payments before it are made. */
        missing: BN;
      })
    | null;
  /** Coverage of held policies. They do not count above, because none of their milestones is pulled. */
  vaults: VaultCoverage[];
  /** Sum of what the vaults owe. */
  held: BN;
  /** Sum that the owner still has to put into them. */
  unfunded: BN;
}

/** Decoded accounts that `computeCoverage` decides on. */
export interface CoverageInput {
  /** Address of `userPayment`; an allowance counts only when it is the delegate. */
  userPaymentAddress: PublicKey;
  /** Account of the owner on the mint. */
  userPayment: UserPayment;
  /** Policies of this `UserPayment`, delegated and held, in any order. */
  policies: readonly WithAddress<PaymentPolicy>[];
  /** Token account that payments are pulled from; null when it is closed. */
  tokenAccount: TokenAccountState | null;
  /** Escrows of the held policies, in any order. A missing one was closed meanwhile, and holds nothing. */
  escrows?: readonly WithAddress<Escrow>[];
  /** Vaults of the escrows, in any order. */
  vaultAccounts?: readonly (TokenAccountState | null)[];
}

/**
 * Computes coverage from decoded accounts; touches no network.
 * @example
 * const coverage = computeCoverage({ userPaymentAddress, userPayment, policies, tokenAccount });
 */
export function computeCoverage(input: CoverageInput): DelegationCoverage {
  const { userPayment, userPaymentAddress, tokenAccount } = input;
  const usable = tokenAccount && tokenAccount.owner.equals(userPayment.owner) ? tokenAccount : null;
  const isDelegate = usable?.delegate?.equals(userPaymentAddress) ?? false;
  const allowance = new BN((isDelegate ? usable!.delegatedAmount : 0n).toString());
  const balance = new BN((usable?.amount ?? 0n).toString());
  const { committed } = userPayment;
  const allowanceShortfall = positive(committed.sub(allowance));
  const balanceShortfall = positive(committed.sub(balance));
  const upcoming = input.policies.filter(isDelegated).flatMap(paymentsOf).sort(byDueDate);
  const vaults = vaultCoverage(input);
  return {
    owner: userPayment.owner,
    mint: userPayment.mint,
    userPayment: userPaymentAddress,
    tokenAccount: userPayment.tokenAccount,
    delegate: usable?.delegate ?? null,
    allowance,
    balance,
    committed,
    allowanceShortfall,
    balanceShortfall,
    shortfall: BN.max(allowanceShortfall, balanceShortfall),
    upcoming,
    firstUncovered: firstUncovered(upcoming, BN.min(allowance, balance)),
    vaults,
    held: sum(vaults.map(({ outstanding }) => outstanding)),
    unfunded: sum(vaults.map(({ unfunded }) => unfunded)),
  };
}

function isDelegated({ account }: WithAddress<PaymentPolicy>): boolean {
  return account.fundingKind === FUNDING_KIND_DELEGATED;
}

function paymentsOf({ address, account }: WithAddress<PaymentPolicy>): UpcomingPayment[] {
  const milestone = account.policyType.milestone;
  const isPaused = !("active" in account.status);
  const payments: UpcomingPayment[] = [];
  for (let index = milestone.currentMilestone; index < milestone.totalMilestones; index += 1) {
    payments.push({
      policy: address,
      policyId: account.policyId,
      milestoneIndex: index,
      amount: milestone.milestoneAmounts[index]!,
      dueAt: hasDueDate(milestone.releaseCondition) ? milestone.milestoneTimestamps[index]! : null,
      isPaused,
    });
  }
  return payments;
}

function byDueDate(a: UpcomingPayment, b: UpcomingPayment): number {
  const time = (payment: UpcomingPayment) => payment.dueAt ?? new BN(0);
  const byTime = time(a).cmp(time(b));
  return byTime || a.policyId - b.policyId || a.milestoneIndex - b.milestoneIndex;
}

function firstUncovered(
  upcoming: readonly UpcomingPayment[],
  available: BN,
): DelegationCoverage["firstUncovered"] {
  let left = available;
  for (const payment of upcoming) {
    if (payment.isPaused) continue;
    if (payment.amount.gt(left)) return { ...payment, missing: payment.amount.sub(left) };
    left = left.sub(payment.amount);
  }
  return null;
}

function positive(value: BN): BN {
  return value.isNeg() ? new BN(0) : value;
}
