/** Lists what may be done to a policy as a whole, delegated or held, at any time. */
import { FUNDING_KIND_CLOSED, FUNDING_KIND_DELEGATED, FUNDING_KIND_HELD } from "../protocol";
import type { ReleaseSnapshot } from "../release/snapshot";
import { firstUnfunded } from "../rules/milestone-state";
import { escrowOutstanding } from "../rules/payout";
import type { Escrow } from "../types";

/** Action that owner or recipient may take now. */
export interface PolicyWay {
  instruction:
    | "acceptEscrow"
    | "changePaymentPolicyStatus"
    | "closeEscrow"
    | "deletePaymentPolicy"
    | "fundMilestones"
    | "openEscrow"
    | "syncDelegation";
  role: "owner" | "recipient";
  /** Index of the first unfunded milestone, for `fundMilestones`. */
  milestoneIndex: number | null;
  /** Most milestones that `fundMilestones` can fund. */
  maxCount?: number;
  /** Status that `changePaymentPolicyStatus` can set. */
  status?: "active" | "paused";
  /** True when `syncDelegation` has to replace another delegate. */
  replaceDelegate?: boolean;
}

/**
 * Returns what owner and recipient may do to the policy as a whole.
 * @example
 * policyWays(snapshot).map(({ instruction }) => instruction); // ["deletePaymentPolicy", "openEscrow", ...]
 */
export function policyWays(snapshot: ReleaseSnapshot): PolicyWay[] {
  switch (snapshot.policy.fundingKind) {
    case FUNDING_KIND_DELEGATED:
      return delegatedWays(snapshot);
    case FUNDING_KIND_HELD:
      return snapshot.escrow ? heldWays(snapshot, snapshot.escrow.account) : [];
    case FUNDING_KIND_CLOSED:
      return [owners("deletePaymentPolicy")];
    default:
      return [];
  }
}

function delegatedWays(snapshot: ReleaseSnapshot): PolicyWay[] {
  const { policy, config, mint } = snapshot;
  const { currentMilestone, totalMilestones } = policy.policyType.milestone;
  const isActive = "active" in policy.status;
  const ways = [owners("deletePaymentPolicy"), ...syncWay(snapshot)];
  if (currentMilestone >= totalMilestones) return ways;
  ways.push({
    ...owners("changePaymentPolicyStatus"),
    status: isActive ? "paused" : "active",
  });
  const isMintSupported = mint?.unsupportedExtensions.length === 0;
  if (isActive && !config.isPaused && isMintSupported) ways.push(owners("openEscrow"));
  return ways;
}

/** Returns `syncDelegation` while it would change the allowance to what the live policies may still pull. */
function syncWay({ source, policy, userPayment }: ReleaseSnapshot): PolicyWay[] {
  const { owner, mint } = userPayment;
  if (!source || source.isFrozen || !source.owner.equals(owner) || !source.mint.equals(mint)) {
    return [];
  }
  const committed = BigInt(userPayment.committed.toString());
  const isDelegate = source.delegate?.equals(policy.userPayment) ?? false;
  const isInSync =
    committed === 0n ? !isDelegate : isDelegate && source.delegatedAmount === committed;
  // The CPI guard refuses approvals by a program, but not revocations.
  if (isInSync || (source.isCpiGuarded && committed !== 0n)) return [];
  return [
    { ...owners("syncDelegation"), replaceDelegate: source.delegate !== null && !isDelegate },
  ];
}

function heldWays(snapshot: ReleaseSnapshot, escrow: Escrow): PolicyWay[] {
  const { policy, config } = snapshot;
  const { totalMilestones } = policy.policyType.milestone;
  const isAccepted = !escrow.acceptedAt.isZero();
  const ways: PolicyWay[] = [];
  if (!isAccepted)
    ways.push({ instruction: "acceptEscrow", role: "recipient", milestoneIndex: null });
  const first = firstUnfunded(policy, escrow);
  if (first < totalMilestones && !config.isPaused) {
    const maxCount = totalMilestones - first;
    ways.push({ ...owners("fundMilestones"), milestoneIndex: first, maxCount });
  }
  // Before acceptance the owner takes everything back; after it, only what is not outstanding.
  if (!isAccepted || escrowOutstanding(escrow).isZero()) ways.push(owners("closeEscrow"));
  return ways;
}

function owners(instruction: PolicyWay["instruction"]): PolicyWay {
  return { instruction, role: "owner", milestoneIndex: null };
}
