/** Plans the action for a policy and its time, by the SDK's rules. Pure: the same accounts give the same plan. */
import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import {
  bindingDate,
  type Escrow,
  FUNDING_KIND_CLOSED,
  FUNDING_KIND_HELD,
  mediationExpiresAt,
  milestoneStateName,
  type PaymentPolicy,
  requiredRole,
  type SignerRole,
  silentApprovalAt,
} from "@milepost/sdk";
import type { KeeperAction, PolicyPlan } from "../store/policy-plan";

/** The fields of a policy that a plan depends on. */
export type PlannedPolicy = Pick<
  PaymentPolicy,
  "gateway" | "policyType" | "status" | "fundingKind" | "updatedAt"
>;

/** The accounts that were read for one policy. */
export interface SeenPolicy {
  address: string;
  policy: PlannedPolicy;
  /** Escrow of a held policy, read in the same slot; null when there is none. */
  escrow: Escrow | null;
  slot: number;
}

/** Rules that hold for all policies. */
export interface PlanRules {
  isProgramPaused: boolean;
  /** Returns true when the keeper has the key of the gateway's signer. */
  signsFor(gateway: PublicKey): boolean;
}

/** Party whose signature a delegated policy waits for. */
const MUST_SIGN: Record<SignerRole, string> = {
  gateway: "GatewayMustSign",
  owner: "OwnerMustSign",
  recipient: "RecipientMustSign",
};

/**
 * Plans a policy's current milestone. Without a due date, the due time is when the milestone's turn came, so that
 * lateness can be measured.
 * @example
 * planPolicy({ address, policy, escrow: null, slot }, { isProgramPaused: false, signsFor: () => false }).dueAt;
 */
export function planPolicy(seen: SeenPolicy, rules: PlanRules): PolicyPlan {
  const { policy } = seen;
  const { currentMilestone, totalMilestones } = policy.policyType.milestone;
  if (policy.fundingKind === FUNDING_KIND_CLOSED) return over(seen, "EscrowClosed");
  if (currentMilestone >= totalMilestones) return over(seen, "PolicyCompleted");
  return policy.fundingKind === FUNDING_KIND_HELD
    ? planHeld(seen, rules)
    : planDelegated(seen, rules);
}

function planDelegated(seen: SeenPolicy, rules: PlanRules): PolicyPlan {
  const { policy } = seen;
  const { milestone } = policy.policyType;
  if (!("active" in policy.status)) return waiting(seen, "PolicyPaused");
  if (rules.isProgramPaused) return waiting(seen, "ProgramPaused");
  const missing = missingRole(policy, rules);
  if (missing) return waiting(seen, MUST_SIGN[missing]);
  const dueAt = bindingDate(milestone, milestone.currentMilestone) ?? policy.updatedAt;
  return scheduled(seen, "executePayment", dueAt);
}

/** Plans a held policy, whose payments neither the owner's pause nor the program's stops. */
function planHeld(seen: SeenPolicy, rules: PlanRules): PolicyPlan {
  const { policy, escrow } = seen;
  if (!escrow) return waiting(seen, "InvalidEscrow");
  const { milestone } = policy.policyType;
  const index = milestone.currentMilestone;
  // The owner is warned before this date when the vault is empty.
  const date = bindingDate(milestone, index);
  if (escrow.acceptedAt.isZero()) return waiting(seen, "EscrowNotAccepted", date);
  const isOpen = missingRole(policy, rules) === null;
  switch (milestoneStateName(escrow.milestones[index]!.state)) {
    case "unfunded":
      return waiting(seen, "MilestoneNotFunded", date);
    case "funded":
      return isOpen
        ? scheduled(seen, "executePayment", turnOf(seen.policy, escrow))
        : waiting(seen, "MilestoneNotSubmitted", date);
    case "submitted":
      return scheduled(
        seen,
        "executePayment",
        isOpen ? turnOf(seen.policy, escrow) : silentApprovalAt(milestone, escrow, index),
      );
    case "disputed":
    case "mediation":
      // A dispute becomes mediation by time alone, so its end is known from the start.
      return scheduled(seen, "expireMediation", mediationExpiresAt(escrow));
    default:
      return waiting(seen, "MilestoneAlreadyReleased");
  }
}

/** Returns the time from which the bitmap releases the current milestone. */
function turnOf(policy: PlannedPolicy, escrow: Escrow): BN {
  const { milestone } = policy.policyType;
  const date = bindingDate(milestone, milestone.currentMilestone);
  return date?.gt(escrow.readyAt) ? date : escrow.readyAt;
}

/** Returns the party, other than the keeper, that has to sign; null when the keeper can release alone. */
function missingRole(policy: PlannedPolicy, rules: PlanRules): SignerRole | null {
  const role = requiredRole(policy.policyType.milestone.releaseCondition);
  return role === "gateway" && rules.signsFor(policy.gateway) ? null : role;
}

function scheduled(seen: SeenPolicy, action: KeeperAction, dueAt: BN): PolicyPlan {
  return { ...base(seen), state: "scheduled", action, dueAt: BigInt(dueAt.toString()) };
}

function waiting(seen: SeenPolicy, reason: string, date: BN | null = null): PolicyPlan {
  const dueAt = date && BigInt(date.toString());
  return { ...base(seen), state: "waiting", reason, dueAt };
}

function over(seen: SeenPolicy, reason: string): PolicyPlan {
  return { ...base(seen), state: "done", reason };
}

function base({ address, policy, slot }: SeenPolicy): PolicyPlan {
  return {
    address,
    milestoneIndex: policy.policyType.milestone.currentMilestone,
    state: "scheduled",
    action: "executePayment",
    dueAt: null,
    reason: "",
    seenSlot: slot,
  };
}
