/** Decides on the action for a policy from its snapshot. */
import {
  AccountNotFoundError,
  buildExecution,
  decideRelease,
  type Execution,
  expireMediation,
  mediationExpiresAt,
  type MilestoneContext,
  milestoneStateAt,
  type MilestoneErrorName,
  type ReleaseSnapshot,
  type Requirement,
} from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import { classify } from "../send/classify";
import { RPC_BEHIND } from "../send/rpc-error";
import { PROGRAM_VERDICTS, TOKEN_VERDICTS, type Verdict } from "../send/verdicts";
import type { Member } from "../store/attempts";

/** A policy that a worker holds. */
export interface Item {
  member: Member;
  dueAt: bigint | null;
  /** Number of times that it was postponed before. */
  attempts: number;
  /** Slot of the newest account that its plan was read from. */
  seenSlot?: number;
}

export type Decision =
  { kind: "ready"; needsApproval: boolean } | { kind: "postponed"; verdict: Verdict };

/** Decides by the program's rules whether the milestone can be paid now. `signers` are the keys that the keeper has. */
export function decide(
  { member }: Item,
  look: { snapshot: ReleaseSnapshot } | { error: unknown },
  signers: readonly PublicKey[],
): Decision {
  if ("error" in look) return postponed(verdictOnError(member, look.error));
  try {
    return decideSnapshot(member, look.snapshot, signers);
  } catch (error) {
    // An invalid policy is postponed alone: it must not end the pass with all others.
    return postponed(classify(error));
  }
}

function decideSnapshot(
  member: Member,
  snapshot: ReleaseSnapshot,
  signers: readonly PublicKey[],
): Decision {
  const { currentMilestone } = snapshot.policy.policyType.milestone;
  if (currentMilestone > member.milestoneIndex) return postponed(by("MilestoneAlreadyReleased"));
  // A policy never goes back: the snapshot is older than the plan.
  if (currentMilestone < member.milestoneIndex) return postponed(BEHIND);
  return member.action === "expireMediation"
    ? decideMediation(member, snapshot)
    : decidePayment(snapshot, signers);
}

function decidePayment(snapshot: ReleaseSnapshot, signers: readonly PublicKey[]): Decision {
  const report = decideRelease(snapshot, { signers });
  const unmet = report.requirements.find(({ isMet }) => !isMet);
  if (unmet) return postponed(verdictOn(unmet));
  return { kind: "ready", needsApproval: report.requiredSigner !== null };
}

function decideMediation(member: Member, { escrow, now }: ReleaseSnapshot): Decision {
  if (!escrow) return postponed(by("EscrowClosed"));
  const state = milestoneStateAt(escrow.account, member.milestoneIndex, now);
  if (state !== "mediation") {
    return postponed(by(state === "disputed" ? "MediationNotStarted" : "MilestoneNotDisputed"));
  }
  return now.gte(mediationExpiresAt(escrow.account))
    ? { kind: "ready", needsApproval: false }
    : postponed(by("MediationNotTimedOut"));
}

/** Builds the instructions. Throws the SDK's errors, and the RPC's for a mediation. */
export async function build(
  context: MilestoneContext,
  { member }: Item,
  snapshot: ReleaseSnapshot,
  payer: PublicKey,
): Promise<Execution> {
  const { milestoneIndex } = member;
  if (member.action === "executePayment") {
    return buildExecution(context, snapshot, { milestoneIndex, payer });
  }
  const policy = snapshot.policyAddress;
  const instructions = await expireMediation(context, {
    policyPda: policy,
    milestoneIndex,
    executor: payer,
    payer,
  });
  const instruction = instructions[instructions.length - 1]!;
  const setup = instructions.slice(0, -1);
  // `expireMediation` pays no reward.
  return {
    policy,
    milestoneIndex,
    executor: payer,
    setup,
    instruction,
    keeperReward: new BN(0),
  };
}

/** Returns the verdict on an unmet requirement. The token program refuses some accounts that our program accepts. */
function verdictOn({ error, foreignError }: Requirement): Verdict {
  const kind = foreignError && TOKEN_VERDICTS[foreignError];
  return kind ? { kind, reason: `Token${foreignError}` } : by(error ?? "InvalidSigner");
}

function verdictOnError({ policy }: Member, error: unknown): Verdict {
  const isGone = error instanceof AccountNotFoundError && error.address.toBase58() === policy;
  return isGone ? { kind: "terminal", reason: "PolicyDeleted" } : classify(error);
}

const BEHIND: Verdict = { kind: "retryable", reason: RPC_BEHIND };

function by(reason: MilestoneErrorName): Verdict {
  return { kind: PROGRAM_VERDICTS[reason], reason };
}

function postponed(verdict: Verdict): Decision {
  return { kind: "postponed", verdict };
}
