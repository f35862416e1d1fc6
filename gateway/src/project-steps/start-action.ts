/** Puts an action on its way to the chain: what belongs to it is written with the job that sends its transaction. */
import type { Database } from "@milepost/database";
import { placeOf } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { type EvidenceKind, insertEvidence } from "../files/store";
import type { ProjectRow } from "../projects/rows";
import type { SignedPayload } from "../signing/service";
import {
  type ActionRow,
  agreeToSettlement,
  findActionEvidence,
  setActionJob,
} from "./action-store";

/** Kind of the job that sends a party's step. */
export const STEP_JOB = "project_step";

/**
 * Queues an action in the caller's transaction. Without `signed`, the sandbox's keys sign.
 * Throws `GatewayError` (`conflict`) where the settlement that it agrees to is no longer open.
 */
export async function startAction(
  context: GatewayContext,
  transaction: Database,
  project: ProjectRow,
  action: ActionRow,
  signed: SignedPayload | null,
): Promise<void> {
  if (!(await agreeToSettlement(transaction, action, context.now()))) {
    throw new GatewayError(
      "conflict",
      "The proposal was withdrawn or replaced. Read the milestone's settlements, and agree to the newest one.",
    );
  }
  await recordFiles(transaction, project, action);
  const { account_id: accountId, mode } = project;
  const jobId = await context.outbox.enqueue(transaction, {
    accountId,
    mode,
    kind: STEP_JOB,
    subjectId: project.id,
    dedupeKey: `${STEP_JOB}:${action.id}`,
    payload: { actionId: action.id, ...(signed ? { signed } : {}) },
  });
  await setActionJob(transaction, action.id, jobId);
}

/** Notes uploaded evidence, which is compared with the manifest on chain from now on. */
async function recordFiles(
  transaction: Database,
  project: ProjectRow,
  action: ActionRow,
): Promise<void> {
  const evidence = await findActionEvidence(transaction, action);
  if (!evidence || evidence.fileIds.length === 0) return;
  const { index } = project.milestones.find(({ id }) => id === action.milestone_id)!;
  const kind: EvidenceKind = action.kind === "submit" ? "submission" : "dispute";
  await insertEvidence(
    transaction,
    { accountId: project.account_id, mode: project.mode },
    {
      milestoneId: action.milestone_id!,
      policy: project.policies.find(({ part }) => part === action.part)!.address,
      milestoneIndex: placeOf(index).index,
      kind,
      manifestHash: evidence.hash,
      manifest: evidence.manifest,
    },
    evidence.fileIds,
  );
}
