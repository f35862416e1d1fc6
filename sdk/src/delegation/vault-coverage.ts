import BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import { FUNDING_KIND_HELD } from "../protocol";
import { bindingDate } from "../rules/escrow-timing";
import { milestoneStateName } from "../rules/milestone-state";
import { escrowOutstanding, fundingOf } from "../rules/payout";
import type { TokenAccountState } from "../tokens/account";
import type { Escrow, PaymentPolicy, WithAddress } from "../types";

/** Milestone of a held policy that has not ended. */
export interface HeldPayment {
  /** Index of the milestone, 0 to 3. */
  milestoneIndex: number;
  /** Base units, before the platform fee. */
  amount: BN;
  /** Base units that the owner still has to fund for it, platform fee included; 0 once it is funded. */
  unfunded: BN;
  /** Unix seconds; null when it may be released at any time. */
  dueAt: BN | null;
}

/** Coverage of one held policy by its vault, independent of delegation. Amounts are base units. */
export interface VaultCoverage {
  /** Address of the policy. */
  policy: PublicKey;
  /** Id of the policy, unique within the owner's `UserPayment`. */
  policyId: number;
  /** Address of the policy's `Escrow`, which owns the vault. */
  escrow: PublicKey;
  /** Token account that holds the money. */
  vault: PublicKey;
  /** True once the recipient has accepted; until then the owner can take everything back. */
  isAccepted: boolean;
  /** Sum that is funded and neither paid nor refunded. */
  outstanding: BN;
  /** Balance of the vault; above `outstanding` after a donation. Null when its account was not read. */
  balance: BN | null;
  /** Sum that the owner still has to fund for the remaining milestones, platform fees included. */
  unfunded: BN;
  /** Milestones that have not ended, in their order. */
  upcoming: HeldPayment[];
}

interface VaultCoverageInput {
  policies: readonly WithAddress<PaymentPolicy>[];
  escrows?: readonly WithAddress<Escrow>[];
  vaultAccounts?: readonly (TokenAccountState | null)[];
}

/** Returns one entry per held policy, in the order of the policies. */
export function vaultCoverage(input: VaultCoverageInput): VaultCoverage[] {
  const { policies, escrows = [], vaultAccounts = [] } = input;
  return policies.flatMap(({ address, account: policy }) => {
    const escrow = escrows.find(({ account }) => account.policy.equals(address));
    if (policy.fundingKind !== FUNDING_KIND_HELD || !escrow) return [];
    const { vault } = escrow.account;
    const vaultAccount = vaultAccounts.find((account) => account?.address.equals(vault));
    const upcoming = heldPayments(policy, escrow.account);
    return [
      {
        policy: address,
        policyId: policy.policyId,
        escrow: escrow.address,
        vault,
        isAccepted: !escrow.account.acceptedAt.isZero(),
        outstanding: escrowOutstanding(escrow.account),
        balance: vaultAccount ? new BN(vaultAccount.amount.toString()) : null,
        unfunded: sum(upcoming.map(({ unfunded }) => unfunded)),
        upcoming,
      },
    ];
  });
}

function heldPayments(policy: PaymentPolicy, escrow: Escrow): HeldPayment[] {
  const milestone = policy.policyType.milestone;
  const payments: HeldPayment[] = [];
  for (let index = milestone.currentMilestone; index < milestone.totalMilestones; index += 1) {
    const amount = milestone.milestoneAmounts[index]!;
    const isFunded = milestoneStateName(escrow.milestones[index]!.state) !== "unfunded";
    payments.push({
      milestoneIndex: index,
      amount,
      unfunded: isFunded ? new BN(0) : fundingOf(amount, escrow.platformFeeBps),
      dueAt: bindingDate(milestone, index),
    });
  }
  return payments;
}

export function sum(amounts: readonly BN[]): BN {
  return amounts.reduce((total, amount) => total.add(amount), new BN(0));
}
