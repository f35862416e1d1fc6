/** What may be done to a policy as a whole, delegated or held, whatever the time. */
import { FUNDING_KIND_CLOSED, FUNDING_KIND_DELEGATED, FUNDING_KIND_HELD } from "../constants";
import type { ReleaseSnapshot } from "../release/snapshot";
import type { Escrow } from "../types";
import { firstUnfunded } from "./milestone-state";
import { escrowOutstanding } from "./payout";

/** One thing that owner or recipient may do now. */
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
  /** Of `fundMilestones`: the first unfunded one. */
  milestoneIndex: number | null;
  /** Of `fundMilestones`: how many at most. */
  maxCount?: number;
  /** Of `changePaymentPolicyStatus`: what it can be set to. */
  status?: "active" | "paused";
  /** Of `syncDelegation`: whether it has to take another delegate's place. */
  replaceDelegate?: boolean;
}

/**
 * What owner and recipient may do to the policy as a whole.
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

/** Listed while it would change something: the allowance is not what the live policies may still pull. */
function syncWay({ source, policy, userPayment }: ReleaseSnapshot): PolicyWay[] {
  const { owner, mint } = userPayment;
  if (!source || source.isFrozen || !source.owner.equals(owner) || !source.mint.equals(mint)) {
    return [];
  }
  const committed = BigInt(userPayment.committed.toString());
  const isDelegate = source.delegate?.equals(policy.userPayment) ?? false;
  const isInSync =
    committed === 0n ? !isDelegate : isDelegate && source.delegatedAmount === committed;
  // The guard refuses approvals out of a program, and no revocation.
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
  // Before acceptance the owner takes everything back; after it, only what nobody has a claim on.
  if (!isAccepted || escrowOutstanding(escrow).isZero()) ways.push(owners("closeEscrow"));
  return ways;
}

function owners(instruction: PolicyWay["instruction"]): PolicyWay {
  return { instruction, role: "owner", milestoneIndex: null };
}
