/** Answers a request whose transaction the chain still has to confirm. */
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { requireOrder } from "../escrow-orders/require-order";
import type { Answer } from "../http/write";
import { readIntent } from "../intents/store";
import type { Milestone } from "./milestone";
import type { MilestoneStatus } from "./milestone-status";
import { showMilestone } from "./show";
import { readMilestone } from "./store";

/** What a request asked for; its answer must not say 200 when something else happened. */
export type Asked = "complete" | "approve" | "refund" | "reclaim";

/**
 * Waits for the job, ten seconds at most, and answers with the milestone as it is then. A completion's envelope has the status
 * `completed`.
 * Throws `GatewayError` (`conflict`) when the milestone ended in another way than was asked.
 */
export async function answerAfter(
  context: GatewayContext,
  { intentId, id }: Milestone,
  jobId: string | null,
  asked: Asked,
): Promise<Answer> {
  const { database, outbox } = context;
  if (jobId !== null) await outbox.wait(jobId);
  const intent = (await readIntent(database, intentId))!;
  const milestone = (await readMilestone(database, intentId, id))!;
  if (jobId !== null) requireAsked(milestone, asked);
  const body = showMilestone(intent, await requireOrder(database, intent), milestone);
  return { status: 200, body: asked === "complete" ? { ...body, status: "completed" } : body };
}

/** Ends that another request, or a wallet, may have brought first. */
const OTHER_ENDS: Readonly<Record<Asked, readonly MilestoneStatus[]>> = {
  complete: ["REFUNDED", "RESOLVED"],
  approve: ["REFUNDED", "RESOLVED"],
  refund: ["RELEASED", "RESOLVED"],
  reclaim: ["RELEASED", "RESOLVED"],
};

function requireAsked({ status, completionSignature }: Milestone, asked: Asked): void {
  if (!OTHER_ENDS[asked].includes(status)) return;
  // The submission is on chain, whatever happened to the money since.
  if (asked === "complete" && completionSignature !== null) return;
  throw new GatewayError(
    "conflict",
    asked === "complete"
      ? `Milestone already ended: ${status}`
      : `Cannot ${asked} milestone: it ended as ${status}.`,
  );
}
