import BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import { FUNDING_KIND_CLOSED, FUNDING_KIND_DELEGATED } from "../protocol";
import { bindingDate } from "../rules/escrow-timing";
import { type AmountSplit, keeperReward, splitAmount } from "../rules/fees";
import { divideMilestone } from "../rules/payout";
import { requiredSigner, type SignerRole } from "../rules/release-condition";
import type { MilestoneStateName } from "../types";
import {
  accepted,
  funded,
  heldMilestoneAt,
  type HeldMilestone,
  signatureOrSilence,
  undisputed,
} from "./held-requirements";
import { met, type Requirement, unmet } from "./requirement";
import type { ReleaseSnapshot } from "./snapshot";
import { delegation, destination, feeAccounts, mintSupported, vault } from "./token-requirements";

/** Decision whether and when a policy's current milestone can be released. Amounts are base units, times Unix seconds. */
export interface ReleaseReport {
  /** Address of the policy. */
  policy: PublicKey;
  /** Index of the current milestone; null when all are released. */
  milestoneIndex: number | null;
  /** Amount of the current milestone before fees; null when none is left. */
  amount: BN | null;
  /** Division of `amount` into the recipient's share and both fees; null when none is left. */
  split: AmountSplit | null;
  /** Fee to the gateway on top of a held milestone's amount; 0 for a delegated one, null when none is left. */
  platformFee: BN | null;
  /** Reward that the gateway pays, out of its fee, to the token account that the execution names; null when none is left. */
  keeperReward: BN | null;
  /** Requirements of the release, met and unmet, in the program's order. */
  requirements: Requirement[];
  /** True when every requirement is met. */
  isReleasable: boolean;
  /** True when every requirement except the signature is met. */
  isReady: boolean;
  /** Signer that the release requires; null when anyone may release, as after a silent review. */
  requiredSigner: {
    /** Role of the party that has to sign. */
    role: SignerRole;
    /** Address that has to sign. */
    address: PublicKey;
  } | null;
  /** Timestamp of the milestone when the condition requires it, otherwise null. */
  dueAt: BN | null;
  /**
   * Earliest time of release if all other requirements are met: due date or now. Null when all are released, and in
   * mediation, which has endings of its own.
   */
  earliest: BN | null;
  /** State of a held policy's current milestone by the clock; null for a delegated one. */
  state: MilestoneStateName | null;
  /** First second in which the owner's silence lets anyone release; null while it is not under review. */
  silentApprovalAt: BN | null;
  /** Time that the decision is for. */
  now: BN;
}

/** Assumptions of `decideRelease`: the time and the signers. */
export interface DecideOptions {
  /** Unix seconds. Default: the snapshot's chain time. */
  now?: BN;
  /** Addresses that will sign the release. */
  signers?: readonly PublicKey[];
}

/**
 * Decides on a snapshot alone, by the program's rules and in the program's order. The program would return the `error` of
 * the first unmet requirement; requirements with a `foreignError` come after all others. Touches no network.
 * @example
 * const report = decideRelease(snapshot, { signers: [wallet.publicKey] });
 */
export function decideRelease(
  snapshot: ReleaseSnapshot,
  options: DecideOptions = {},
): ReleaseReport {
  const { policy, gateway, userPayment, escrow } = snapshot;
  const milestone = policy.policyType.milestone;
  const now = options.now ?? snapshot.now;
  const index = milestone.currentMilestone;
  const isLeft = index < milestone.totalMilestones && policy.fundingKind !== FUNDING_KIND_CLOSED;
  const held = isLeft && escrow ? heldMilestoneAt(snapshot, escrow, now) : null;
  const signer = requiredSigner(milestone.releaseCondition, {
    gatewaySigner: gateway.signer,
    owner: userPayment.owner,
    recipient: policy.recipient,
  });
  const current = isLeft ? currentPayment(snapshot, index) : null;
  const signers = options.signers ?? [];
  const requirements = [
    ...escrowOf(snapshot),
    ...(current
      ? requirementsOf(snapshot, { current, held, now, signer, signers })
      : policy.fundingKind === FUNDING_KIND_CLOSED
        ? []
        : [unmet("milestone", "PolicyCompleted", "all milestones are released")]),
  ];
  const dueAt = current?.dueAt ?? null;
  return {
    policy: snapshot.policyAddress,
    milestoneIndex: current ? index : null,
    amount: current?.amount ?? null,
    split: current?.split ?? null,
    platformFee: current?.platformFee ?? null,
    keeperReward: current
      ? keeperReward(current.split.gatewayFee, snapshot.gateway.keeperRewardBps)
      : null,
    requirements,
    isReleasable: requirements.every(({ isMet }) => isMet),
    isReady: requirements.every(({ isMet, name }) => isMet || name === "signer"),
    requiredSigner: held?.isApprovedBySilence ? null : signer,
    dueAt,
    earliest: !current || held?.state === "mediation" ? null : dueAt?.gt(now) ? dueAt : now,
    state: held?.state ?? null,
    silentApprovalAt: held?.silentApprovalAt ?? null,
    now,
  };
}

/** Returns the requirements of a current milestone, in the program's order. */
function requirementsOf(
  snapshot: ReleaseSnapshot,
  release: {
    current: CurrentPayment;
    held: HeldMilestone | null;
    now: BN;
    signer: ReturnType<typeof requiredSigner>;
    signers: readonly PublicKey[];
  },
): Requirement[] {
  const { current, held, now, signer, signers } = release;
  const { escrow } = snapshot;
  const { currentMilestone, totalMilestones } = snapshot.policy.policyType.milestone;
  return [
    met("milestone", `milestone ${currentMilestone} of ${totalMilestones} is next`),
    ...(held ? heldRules(snapshot, held, now) : [active(snapshot), programNotPaused(snapshot)]),
    dueDate(current.dueAt, now),
    held ? signatureOrSilence(held, signer, signers) : signature(signer, signers),
    mintSupported(snapshot),
    ...(escrow ? [vault(snapshot, escrow, vaultNeeds(held, current))] : []),
    destination(snapshot),
    ...(escrow ? [] : delegation(snapshot, current.amount)),
    feeAccounts(snapshot, current.split, current.platformFee),
  ];
}

interface CurrentPayment {
  amount: BN;
  split: AmountSplit;
  platformFee: BN;
  dueAt: BN | null;
}

function currentPayment({ policy, escrow }: ReleaseSnapshot, index: number): CurrentPayment {
  const milestone = policy.policyType.milestone;
  const amount = milestone.milestoneAmounts[index]!;
  const { gatewayFeeBps, protocolFeeBps } = policy;
  const platformFeeBps = escrow?.account.platformFeeBps ?? 0;
  return {
    amount,
    split: splitAmount(amount, gatewayFeeBps, protocolFeeBps),
    platformFee: divideMilestone(amount, amount, { gatewayFeeBps, protocolFeeBps, platformFeeBps })
      .platformFee,
    dueAt: bindingDate(milestone, index),
  };
}

/** Returns what the vault pays for the milestone; it holds nothing for it before it is funded. */
function vaultNeeds(held: HeldMilestone | null, { amount, platformFee }: CurrentPayment): BN {
  return held?.state === "unfunded" ? new BN(0) : amount.add(platformFee);
}

/** Returns the requirement on the escrow of a policy that is or was held. */
function escrowOf({ policy, escrow }: ReleaseSnapshot): Requirement[] {
  if (policy.fundingKind === FUNDING_KIND_DELEGATED) return [];
  if (policy.fundingKind === FUNDING_KIND_CLOSED) {
    return [unmet("escrow", "EscrowClosed", "the owner closed the escrow")];
  }
  return escrow
    ? [met("escrow", `held by escrow ${escrow.address.toBase58()}`)]
    : [unmet("escrow", "InvalidEscrow", "the snapshot lacks the policy's escrow")];
}

/** Returns the requirements of a held milestone, which neither pause stops. */
function heldRules(snapshot: ReleaseSnapshot, held: HeldMilestone, now: BN): Requirement[] {
  const { owner } = snapshot.userPayment;
  return [
    accepted(held, snapshot.policy.recipient),
    funded(held, owner),
    undisputed(held, owner, now),
  ];
}

function active({ policy, userPayment }: ReleaseSnapshot): Requirement {
  return "active" in policy.status
    ? met("active", "the policy is active")
    : unmet("active", "PolicyPaused", "the owner paused the policy", userPayment.owner);
}

function programNotPaused({ config }: ReleaseSnapshot): Requirement {
  return config.isPaused
    ? unmet("programNotPaused", "ProgramPaused", "the program is paused", config.authority)
    : met("programNotPaused", "the program is not paused");
}

function dueDate(dueAt: BN | null, now: BN): Requirement {
  if (!dueAt) return met("dueDate", "the release condition demands no due date");
  return now.gte(dueAt)
    ? met("dueDate", `due since ${dueAt.toString()}`)
    : unmet(
        "dueDate",
        "PaymentNotDue",
        `due at ${dueAt.toString()}, ${dueAt.sub(now).toString()} seconds from now`,
      );
}

function signature(
  required: { role: SignerRole; address: PublicKey } | null,
  signers: readonly PublicKey[],
): Requirement {
  if (!required) return met("signer", "anyone may release");
  const { role, address } = required;
  return signers.some((signer) => signer.equals(address))
    ? met("signer", `the ${role} signs`)
    : unmet("signer", "InvalidSigner", `the ${role} ${address.toBase58()} has to sign`, address);
}
