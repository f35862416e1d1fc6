import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import type { InstructionName } from "../actions/build-instruction";
import { FUNDING_KIND_CLOSED, FUNDING_KIND_DELEGATED } from "../protocol";
import { decideRelease } from "../release/decide";
import type { Requirement, RequirementName } from "../release/requirement";
import { type ReleaseSnapshot } from "../release/snapshot";
import { mintSupported, vault } from "../release/token-requirements";
import { bindingDate } from "../rules/escrow-timing";
import { milestoneStateAt } from "../rules/milestone-state";
import { requiredRole } from "../rules/release-condition";
import type { EscrowAction } from "../rules/transitions";
import type { MilestoneStateName } from "../types";
import {
  type ActionWindow,
  type MilestoneWay,
  milestoneWays,
  type PartyRole,
} from "./milestone-ways";
import { type PolicyWay, policyWays } from "./policy-ways";
import { type UpcomingChange, upcomingChanges } from "./upcoming-changes";

/** Instruction that a party may send, and the period for it. */
export interface NextAction extends ActionWindow {
  /** Name of the instruction, which is also the name of the function that builds it. */
  instruction: InstructionName;
  /** Index of the milestone, for `fundMilestones` the first unfunded one; null for actions on the whole policy. */
  milestoneIndex: number | null;
  /** Role that acts; `anyone` when no role is needed. */
  role: PartyRole;
  /** Role that has to sign as well, for `settleMilestone`, and for `reclaimMilestone` before it is overdue. */
  cosigner: PublicKey | null;
  /** Most milestones that `fundMilestones` can fund. */
  maxCount?: number;
  /** Status that `changePaymentPolicyStatus` can set. */
  status?: "active" | "paused";
  /** True when `syncDelegation` has to replace another delegate. */
  replaceDelegate?: boolean;
}

/** Actions that one party can take on a policy, and changes that happen if no party acts. Times are Unix seconds. */
export interface NextActions {
  /** Address of the policy. */
  policy: PublicKey;
  /** Address that the answer is for. */
  who: PublicKey;
  /** Roles of `who` in this policy; always includes `anyone`. */
  roles: PartyRole[];
  /** Index of the current milestone; null when all have ended or the escrow is closed. */
  milestoneIndex: number | null;
  /** State of a held policy's current milestone by the clock; null for a delegated one. */
  state: MilestoneStateName | null;
  /** Actions that `who` can take at `now`; `until` says how long, if no party acts. */
  possible: NextAction[];
  /** Actions that `who` can take from a later second on if no party acts, the earliest first. */
  later: NextAction[];
  /** Changes by the clock alone, in order. */
  byItself: UpcomingChange[];
  /**
   * Problems with the token accounts of a release. With a problem of mint or source no money can move, and no action that
   * moves it is listed. A wrong destination can be replaced by another account of the same owner.
   */
  obstacles: Requirement[];
  /** Time that the answer is for, in Unix seconds. Default: the chain's clock. */
  now: BN;
}

/**
 * Does what `nextActions` does on a snapshot alone, by the program's rules; touches no network. `now` is by default the
 * snapshot's chain time.
 * @example
 * const [snapshot] = await loadReleaseSnapshots(context, [policyPda]);
 * const { possible } = decideNextActions(snapshot, mediator, snapshot.now.addn(86_400));
 */
export function decideNextActions(
  snapshot: ReleaseSnapshot,
  who: PublicKey,
  now: BN = snapshot.now,
): NextActions {
  const { policy, escrow } = snapshot;
  const milestone = policy.policyType.milestone;
  const index = milestone.currentMilestone;
  const isLeft = index < milestone.totalMilestones && policy.fundingKind !== FUNDING_KIND_CLOSED;
  const roles = rolesOf(snapshot, who);
  const obstacles = obstaclesOf(snapshot, isLeft, now);
  const canPay = !obstacles.some(({ name }) => SOURCE.includes(name));
  const actions = [
    ...(isLeft ? milestoneActions(snapshot, roles, canPay) : []),
    ...policyActions(snapshot, roles, canPay),
  ];
  return {
    policy: snapshot.policyAddress,
    who,
    roles,
    milestoneIndex: isLeft ? index : null,
    state: isLeft && escrow ? milestoneStateAt(escrow.account, index, now) : null,
    possible: actions.filter((action) => isOpen(action, now)),
    later: actions.filter(({ from }) => from?.gt(now)).sort((a, b) => a.from!.cmp(b.from!)),
    byItself: isLeft ? upcomingChanges(snapshot, now) : [],
    obstacles,
    now,
  };
}

function isOpen({ from, until }: ActionWindow, now: BN): boolean {
  return (!from || now.gte(from)) && (!until || now.lt(until));
}

function rolesOf(snapshot: ReleaseSnapshot, who: PublicKey): PartyRole[] {
  const { userPayment, policy, gateway, escrow } = snapshot;
  const parties: [PartyRole, PublicKey | undefined][] = [
    ["owner", userPayment.owner],
    ["recipient", policy.recipient],
    ["gateway", gateway.signer],
    ["mediator", escrow?.account.mediator],
  ];
  const held = parties.filter(([, address]) => address?.equals(who)).map(([role]) => role);
  return [...held, "anyone"];
}

/** Requirements on the source of the money. */
const SOURCE: readonly RequirementName[] = ["mint", "vault", "delegation", "allowance", "balance"];
const TOKENS: readonly RequirementName[] = [...SOURCE, "destination", "feeAccounts"];

function obstaclesOf(snapshot: ReleaseSnapshot, isLeft: boolean, now: BN): Requirement[] {
  const { escrow } = snapshot;
  const requirements = isLeft
    ? decideRelease(snapshot, { now }).requirements
    : escrow
      ? [mintSupported(snapshot), vault(snapshot, escrow)]
      : [];
  return requirements.filter(({ isMet, name }) => !isMet && TOKENS.includes(name));
}

/** Actions that move no money, and so need no token account. */
const WITHOUT_MONEY: readonly EscrowAction[] = [
  "submitMilestone",
  "disputeMilestone",
  "withdrawDispute",
  "requestMediation",
];

function milestoneActions(
  snapshot: ReleaseSnapshot,
  roles: readonly PartyRole[],
  canPay: boolean,
): NextAction[] {
  const seen = new Set<EscrowAction>();
  return waysOf(snapshot).flatMap((way) => {
    const role = roles.find((candidate) => way.roles.includes(candidate));
    // Of two ways to the same action, the first is the wider: the required signer need not wait for silence.
    if (!role || seen.has(way.action)) return [];
    if (!canPay && !WITHOUT_MONEY.includes(way.action)) return [];
    seen.add(way.action);
    return [
      {
        instruction:
          way.action === "reclaimMilestoneAgreed" ? ("reclaimMilestone" as const) : way.action,
        milestoneIndex: snapshot.policy.policyType.milestone.currentMilestone,
        role,
        cosigner: way.isJoint ? otherParty(snapshot, role) : null,
        from: way.from,
        until: way.until,
      },
    ];
  });
}

function otherParty({ userPayment, policy }: ReleaseSnapshot, role: PartyRole): PublicKey {
  return role === "owner" ? policy.recipient : userPayment.owner;
}

/** Returns the ways of a current milestone. */
function waysOf({ policy, config, escrow }: ReleaseSnapshot): MilestoneWay[] {
  const milestone = policy.policyType.milestone;
  if (escrow) {
    return escrow.account.acceptedAt.isZero() ? [] : milestoneWays(milestone, escrow.account);
  }
  const isReleasable = "active" in policy.status && !config.isPaused;
  if (policy.fundingKind !== FUNDING_KIND_DELEGATED || !isReleasable) return [];
  return [
    {
      action: "executePayment",
      roles: [requiredRole(milestone.releaseCondition) ?? "anyone"],
      isJoint: false,
      from: bindingDate(milestone, milestone.currentMilestone),
      until: null,
    },
  ];
}

function policyActions(
  snapshot: ReleaseSnapshot,
  roles: readonly PartyRole[],
  canPay: boolean,
): NextAction[] {
  return policyWays(snapshot)
    .filter((way) => roles.includes(way.role) && (canPay || !isBlocked(snapshot, way)))
    .map((way) => ({ ...way, cosigner: null, from: null, until: null }));
}

/** Returns true when the action needs a vault or mint that has a problem. Closing has no requirement on the mint. */
function isBlocked(snapshot: ReleaseSnapshot, { instruction }: PolicyWay): boolean {
  const { escrow, source, mint } = snapshot;
  if (!escrow) return false;
  if (instruction === "fundMilestones") return true;
  const canEmpty = mint && vault(snapshot, escrow).isMet;
  return instruction === "closeEscrow" && source?.amount !== 0n && !canEmpty;
}
