/** Queues what happens by itself: payment after the homeowner's silence, and the agreed split after the mediator's. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import type { ProjectRow } from "../rows";

/** Kind of the job that pays a silently approved milestone. */
export const RELEASE_JOB = "project_release_by_silence";
/** Kind of the job that pays the agreed split. */
export const EXPIRE_JOB = "project_expire_mediation";

/** What a timed job is for. */
export interface TimedPayload extends Record<string, unknown> {
  projectId: string;
  policy: string;
  /** Index within the policy. */
  index: number;
  /** Unix seconds of the time that the job waits for. A milestone that waits for another time has another job. */
  due: string;
}

/** Queues the job that a policy's state starts the time of; repeating it changes nothing. */
export async function enqueueTimedJobs(
  context: GatewayContext,
  transaction: Database,
  { id, account_id, mode, policies }: ProjectRow,
  address: string,
): Promise<void> {
  const { state } = policies.find((policy) => policy.address === address)!;
  for (const milestone of state.milestones) {
    const isInDispute = milestone.state === "disputed" || milestone.state === "mediation";
    const due = isInDispute ? state.escrow?.mediationExpiresAt : milestone.silentApprovalAt;
    if (due === null || due === undefined) continue;
    const kind = isInDispute ? EXPIRE_JOB : RELEASE_JOB;
    const { index } = milestone;
    const payload: TimedPayload = { projectId: id, policy: address, index, due: due.toString() };
    await context.outbox.enqueue(transaction, {
      accountId: account_id,
      mode,
      kind,
      subjectId: id,
      dedupeKey: `${kind}:${address}:${index}:${due}`,
      payload,
      notBefore: due,
    });
  }
}
