/** Submits the work of a milestone: the manifest of its evidence goes on chain, and the review begins. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import { placeOf } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Unfinished } from "../http/write";
import { requireMilestone } from "../projects/require";
import { evidenceFor } from "./evidence";
import { performStep } from "./perform";
import type { Submit } from "./schema";
import { requireStep } from "./step-rules";
import { insertSubmission } from "./submission-store";

/** Input of `submitWork`. */
export interface SubmissionRequest {
  id: string;
  milestoneId: string;
  /** Idempotency-Key. */
  key: string | null;
  body: Submit;
  /** The chain's time. */
  now: bigint;
}

/** Queues a submission. Throws `GatewayError`. */
export function submitWork(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  { id, milestoneId, key, body, now }: SubmissionRequest,
): Promise<Unfinished> {
  const { party, note, ...input } = body;
  return performStep(context, transaction, caller, key, {
    kind: "submit",
    projectId: id,
    personId: party,
    roles: ["contractor"],
    async allow(project) {
      const milestone = requireMilestone(project, milestoneId);
      requireStep("submit", project, milestone, now);
      const evidence = await evidenceFor(transaction, caller, input, reportOf(body));
      return {
        part: placeOf(milestone.index).part,
        milestoneId,
        payload: { evidenceHash: evidence.hash },
        record(actionId) {
          const row = { milestoneId, actionId, note: note ?? "", evidence };
          return insertSubmission(transaction, project, row, context.now());
        },
      };
    },
  });
}

/** A submission without files says in words what was done; the words are then the evidence. */
function reportOf({ fileIds, files, note }: Submit) {
  if (fileIds !== undefined || files !== undefined) return null;
  if (note !== undefined) return { name: "report.json", content: { note } };
  throw new GatewayError(
    "invalid_request",
    "files: expected fileIds, files or a note, and none of them came",
    { param: "files" },
  );
}
