/** What to do for a policy, from what was read about it. */
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
import { PROGRAM_VERDICTS, TOKEN_VERDICTS } from "../send/verdicts";
import type { Member, Verdict } from "../types";

/** A policy that a worker holds. */
export interface Item {
  member: Member;
  dueAt: bigint | null;
  /** How often it was held up before. */
  attempts: number;
  /** Slot of the newest account that its plan was read from. */
  seenSlot?: number;
}

export type Decision =
  { kind: "ready"; needsApproval: boolean } | { kind: "held up"; verdict: Verdict };

/** Whether the milestone can be paid now, by the program's rules. `signers` are the keys that the keeper has. */
export function decide(
  { member }: Item,
  look: { snapshot: ReleaseSnapshot } | { error: unknown },
  signers: readonly PublicKey[],
): Decision {
  if ("error" in look) return heldUp(verdictOnLook(member, look.error));
  try {
    return decideSnapshot(member, look.snapshot, signers);
  } catch (error) {
    // A strange policy is held up, and not the pass with all others.
    return heldUp(classify(error));
  }
}

function decideSnapshot(
  member: Member,
  snapshot: ReleaseSnapshot,
  signers: readonly PublicKey[],
): Decision {
  const { currentMilestone } = snapshot.policy.policyType.milestone;
  if (currentMilestone > member.milestoneIndex) return heldUp(by("MilestoneAlreadyReleased"));
  // A policy never goes back: what was read is from before the plan.
  if (currentMilestone < member.milestoneIndex) return heldUp(BEHIND);
  return member.action === "expireMediation"
    ? decideMediation(member, snapshot)
    : decidePayment(snapshot, signers);
}

function decidePayment(snapshot: ReleaseSnapshot, signers: readonly PublicKey[]): Decision {
  const report = decideRelease(snapshot, { signers });
  const unmet = report.requirements.find(({ isMet }) => !isMet);
  if (unmet) return heldUp(verdictOn(unmet));
  return { kind: "ready", needsApproval: report.requiredSigner !== null };
}

function decideMediation(member: Member, { escrow, now }: ReleaseSnapshot): Decision {
  if (!escrow) return heldUp(by("EscrowClosed"));
  const state = milestoneStateAt(escrow.account, member.milestoneIndex, now);
  if (state !== "mediation") {
    return heldUp(by(state === "disputed" ? "MediationNotStarted" : "MilestoneNotDisputed"));
  }
  return now.gte(mediationExpiresAt(escrow.account))
    ? { kind: "ready", needsApproval: false }
    : heldUp(by("MediationNotTimedOut"));
}

/** The instructions. Throws the SDK's errors, and the RPC's for a mediation. */
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

/** The token program refuses some accounts that our program lets pass. */
function verdictOn({ error, foreignError }: Requirement): Verdict {
  const kind = foreignError && TOKEN_VERDICTS[foreignError];
  return kind ? { kind, reason: `Token${foreignError}` } : by(error ?? "InvalidSigner");
}

function verdictOnLook({ policy }: Member, error: unknown): Verdict {
  const isGone = error instanceof AccountNotFoundError && error.address.toBase58() === policy;
  return isGone ? { kind: "terminal", reason: "PolicyDeleted" } : classify(error);
}

const BEHIND: Verdict = { kind: "retryable", reason: RPC_BEHIND };

function by(reason: MilestoneErrorName): Verdict {
  return { kind: PROGRAM_VERDICTS[reason], reason };
}

function heldUp(verdict: Verdict): Decision {
  return { kind: "held up", verdict };
}
