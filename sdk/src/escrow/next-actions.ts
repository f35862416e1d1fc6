import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import { FUNDING_KIND_CLOSED, FUNDING_KIND_DELEGATED } from "../constants";
import type { MilestoneContext } from "../context";
import { toAddress } from "../input/address";
import { type IntegerInput, toTimestamp } from "../input/numbers";
import type { InstructionName } from "../instruction";
import { requiredRole } from "../release/condition";
import { decideRelease, type Requirement, type RequirementName } from "../release/decide";
import { type PolicyReference, toPolicyReference } from "../release/policy-reference";
import { loadReleaseSnapshots, type ReleaseSnapshot } from "../release/snapshot";
import { mintSupported, vault } from "../release/token-requirements";
import type { MilestoneStateName } from "../types";
import { bindingDate } from "./deadlines";
import { milestoneStateAt } from "./milestone-state";
import {
  type ActionWindow,
  type MilestoneWay,
  milestoneWays,
  type PartyRole,
} from "./milestone-ways";
import { type PolicyWay, policyWays } from "./policy-ways";
import type { EscrowAction } from "./transitions";
import { type UpcomingChange, upcomingChanges } from "./upcoming-changes";

/** One instruction that a party may send, and when. */
export interface NextAction extends ActionWindow {
  /** Name of the instruction, which is also the name of the function that builds it. */
  instruction: InstructionName;
  /** Of `fundMilestones` the first unfunded one; null for what concerns the whole policy. */
  milestoneIndex: number | null;
  /** In whose name; `anyone` where no role is needed. */
  role: PartyRole;
  /** Who else has to sign: of `settleMilestone`, and of `reclaimMilestone` before it is overdue. */
  cosigner: PublicKey | null;
  /** Of `fundMilestones`: how many at most. */
  maxCount?: number;
  /** Of `changePaymentPolicyStatus`: what it can be set to. */
  status?: "active" | "paused";
  /** Of `syncDelegation`: whether it has to take another delegate's place. */
  replaceDelegate?: boolean;
}

/** What one party can do with a policy, and what happens if nobody does anything. Times are Unix seconds. */
export interface NextActions {
  /** Address of the policy. */
  policy: PublicKey;
  /** Address that the answer is for. */
  who: PublicKey;
  /** What `who` is in this policy; `anyone` is always among them. */
  roles: PartyRole[];
  /** Index of the current milestone; null when all have ended or the escrow is closed. */
  milestoneIndex: number | null;
  /** Where a held policy's current milestone stands by the clock; null for a delegated one. */
  state: MilestoneStateName | null;
  /** What `who` can do at `now`; `until` says how long, if nobody acts. */
  possible: NextAction[];
  /** What `who` can do from a later second on if nobody acts, the earliest first. */
  later: NextAction[];
  /** What the clock alone changes, in order. */
  byItself: UpcomingChange[];
  /**
   * What is wrong with the token accounts of a release. With mint or source, no money moves, and nothing that moves it
   * is listed; instead of a wrong destination another account of the same owner will do.
   */
  obstacles: Requirement[];
  /** Time that the answer is for, in Unix seconds: the chain's unless another was given. */
  now: BN;
}

/**
 * What `who` can do with a policy now and later, and what happens by itself if nobody acts. `who` is any address: the
 * owner's, the recipient's, the mediator's, the gateway signer's, or a stranger's. `now` is Unix seconds, by default the
 * chain's clock.
 * Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`.
 * @example
 * const { possible, later, byItself } = await nextActions(context, policyPda, wallet.publicKey);
 * for (const { instruction, until } of possible) console.log(instruction, until?.toString() ?? "any time");
 * for (const { change, at } of byItself) console.log(change, at.toString());
 */
export async function nextActions(
  context: MilestoneContext,
  policy: PolicyReference,
  who: PublicKey,
  now?: IntegerInput,
  options: ReadOptions = {},
): Promise<NextActions> {
  const party = toAddress(who, "who");
  const time = now === undefined ? undefined : toTimestamp(now, "now");
  const [snapshot] = await loadReleaseSnapshots(context, [toPolicyReference(policy)], {
    findsAlternatives: true,
    minContextSlot: options.minContextSlot,
  });
  return decideNextActions(snapshot!, party, time);
}

/**
 * `nextActions` on a snapshot alone, by the program's rules; touches no network. `now` is the snapshot's chain time unless
 * given.
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

/** Where money comes from. */
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

/** What moves no money, and so needs no token account. */
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
    // Of two ways to the same, the first is the wider: whom the bitmap names need not wait for silence.
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

/** The ways of a milestone that is left. */
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

/** Whether it needs a held policy's vault, or its mint, which is out of order. Closing asks nothing of the mint's kind. */
function isBlocked(snapshot: ReleaseSnapshot, { instruction }: PolicyWay): boolean {
  const { escrow, source, mint } = snapshot;
  if (!escrow) return false;
  if (instruction === "fundMilestones") return true;
  const canEmpty = mint && vault(snapshot, escrow).isMet;
  return instruction === "closeEscrow" && source?.amount !== 0n && !canEmpty;
}
