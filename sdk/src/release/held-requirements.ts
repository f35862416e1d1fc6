/** Checks a held milestone's requirements other than token accounts: acceptance, funding, no dispute, and a signature or silence. */
import type BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import {
  isApprovedBySilence,
  mediationExpiresAt,
  reviewEndsAt,
  silentApprovalAt,
} from "../rules/escrow-timing";
import { milestoneStateAt } from "../rules/milestone-state";
import type { SignerRole } from "../rules/release-condition";
import type { Escrow, MilestoneStateName, WithAddress } from "../types";
import { met, type Requirement, unmet } from "./requirement";
import type { ReleaseSnapshot } from "./snapshot";

/** Current milestone of a held policy at one time. */
export interface HeldMilestone {
  escrow: Escrow;
  index: number;
  /** State by the clock: a dispute whose delay has passed is in mediation. */
  state: MilestoneStateName;
  /** First second in which anyone may release it; null while it is not under review. */
  silentApprovalAt: BN | null;
  isApprovedBySilence: boolean;
}

/** Returns the state of the current milestone at `now`; the milestone has to exist. */
export function heldMilestoneAt(
  { policy }: ReleaseSnapshot,
  { account: escrow }: WithAddress<Escrow>,
  now: BN,
): HeldMilestone {
  const { milestone } = policy.policyType;
  const index = milestone.currentMilestone;
  const state = milestoneStateAt(escrow, index, now);
  return {
    escrow,
    index,
    state,
    silentApprovalAt: state === "submitted" ? silentApprovalAt(milestone, escrow, index) : null,
    isApprovedBySilence: isApprovedBySilence(escrow, index, now),
  };
}

export function accepted({ escrow }: HeldMilestone, recipient: PublicKey): Requirement {
  return escrow.acceptedAt.isZero()
    ? unmet(
        "accepted",
        "EscrowNotAccepted",
        `the recipient ${recipient.toBase58()} has not accepted the terms`,
        recipient,
      )
    : met("accepted", `the recipient accepted the terms at ${escrow.acceptedAt.toString()}`);
}

export function funded({ state, index, escrow }: HeldMilestone, owner: PublicKey): Requirement {
  return state === "unfunded"
    ? unmet("funded", "MilestoneNotFunded", `the owner has not funded milestone ${index}`, owner)
    : met("funded", `funded with ${escrow.milestones[index]!.funded.toString()} base units`);
}

/** Checks for a dispute, which blocks the release, and for mediation, which has endings of its own. */
export function undisputed(
  { state, escrow, index }: HeldMilestone,
  owner: PublicKey,
  now: BN,
): Requirement {
  const { mediator, mediationAt } = escrow;
  if (state === "mediation") {
    const expiresAt = mediationExpiresAt(escrow);
    const isExpired = now.gte(expiresAt);
    return unmet(
      "undisputed",
      "MilestoneInMediation",
      isExpired
        ? `mediation timed out at ${expiresAt.toString()}: anyone may run expireMediation`
        : `in mediation until ${expiresAt.toString()}: the mediator ${mediator.toBase58()} divides it`,
      isExpired ? null : mediator,
    );
  }
  if (state === "disputed") {
    const since = escrow.milestones[index]!.disputedAt.toString();
    return unmet(
      "undisputed",
      "MilestoneInDispute",
      `disputed since ${since}, in mediation from ${mediationAt.toString()}, unless the owner withdraws`,
      owner,
    );
  }
  return met("undisputed", "there is no dispute");
}

/** Checks for the required signature, or the end of a silent review. */
export function signatureOrSilence(
  held: HeldMilestone,
  required: { role: SignerRole; address: PublicKey } | null,
  signers: readonly PublicKey[],
): Requirement {
  if (!required) return met("signer", "anyone may release");
  const { role, address } = required;
  if (held.isApprovedBySilence) {
    const since = reviewEndsAt(held.escrow, held.index).toString();
    return met("signer", `the review ended in silence at ${since}: anyone may release`);
  }
  if (signers.some((signer) => signer.equals(address))) return met("signer", `the ${role} signs`);
  const orSilence = held.silentApprovalAt
    ? `; from ${held.silentApprovalAt.toString()} on anyone may release`
    : "";
  return unmet(
    "signer",
    "InvalidSigner",
    `the ${role} ${address.toBase58()} has to sign${orSilence}`,
    address,
  );
}
