/** Disputes as the API shows them, and what the parties write in them. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { recordEvent } from "../events/record";
import { oneLine } from "../projects/notices/notice";
import { tellParties } from "../projects/notices/tell";
import { requireRole } from "../projects/parties";
import { placeOnChain } from "../projects/milestone-status";
import { requireMilestone, requireProject } from "../projects/require";
import { PARTY_ROLES, type ProjectRow } from "../projects/rows";
import { toSeconds } from "../time/seconds";
import type { Dispute, DisputeStatus, Message, NewMessage } from "./schema";
import { type DisputeRow, insertMessage, listDisputes, type MessageRow } from "./store";

/** Returns a dispute as the API shows it; `isInMediation` is the milestone's state at the chain's time. */
export function showDispute(row: DisputeRow, isInMediation: boolean): Dispute {
  const numberOf = (value: string | number | null) => (value === null ? null : Number(value));
  return {
    id: row.id,
    object: "project_dispute",
    projectId: row.project_id,
    milestoneId: row.milestone_id,
    status: statusOf(row, isInMediation),
    type: row.type,
    text: row.text,
    raisedBy: row.raised_by,
    files: row.files,
    manifest: row.manifest,
    reasonHash: row.reason_hash,
    created: toSeconds(row.created_at),
    disputed: numberOf(row.disputed_at),
    ended: numberOf(row.ended_at),
  };
}

function statusOf({ disputed_at, ending }: DisputeRow, isInMediation: boolean): DisputeStatus {
  if (disputed_at === null) return "pending";
  if (ending !== null) return ending as DisputeStatus;
  return isInMediation ? "in_mediation" : "open";
}

/** Returns the disputes of a milestone as the API shows them, oldest first. */
export async function showDisputes(
  database: Database,
  project: ProjectRow,
  milestoneId: string,
  now: bigint,
): Promise<Dispute[]> {
  const milestone = requireMilestone(project, milestoneId);
  const state = placeOnChain(project, milestone.index, now)?.milestone.state;
  const rows = await listDisputes(database, milestone.id);
  return rows.map((row) => showDispute(row, state === "mediation"));
}

/** Returns a message as the API shows it. */
export const showMessage = (row: MessageRow): Message => ({
  id: row.id,
  object: "project_message",
  disputeId: row.dispute_id,
  author: row.author_id,
  text: row.text,
  created: toSeconds(row.created_at),
});

/**
 * Writes a party's message into the open dispute of a milestone.
 * Throws `GatewayError`: `resource_missing`, and `invalid_state_transition` without an open dispute.
 */
export async function writeMessage(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  ids: { id: string; milestoneId: string },
  { party, text }: NewMessage,
  now: bigint,
): Promise<Message> {
  const project = await requireProject(transaction, caller, ids.id, { isLocked: true });
  const milestone = requireMilestone(project, ids.milestoneId);
  const author = requireRole(project, party, PARTY_ROLES);
  const rows = await listDisputes(transaction, milestone.id);
  const open = rows.find(({ disputed_at, ended_at }) => disputed_at !== null && ended_at === null);
  if (!open) {
    throw new GatewayError(
      "invalid_state_transition",
      "The milestone has no open dispute. Messages belong to one.",
    );
  }
  const row = await insertMessage(
    transaction,
    project,
    { dispute_id: open.id, author_id: party, text },
    context.now(),
  );
  await tellParties(
    context,
    transaction,
    { project, milestoneId: milestone.id, at: now },
    {
      kind: "dispute.message",
      roles: PARTY_ROLES.filter((role) => role !== author),
      subject: `The ${author} wrote in the dispute about milestone ${milestone.index + 1} of "${oneLine(project.title)}"`,
      text: `${text}\n\nProject: ${project.id}`,
    },
  );
  const data = showMessage(row);
  const { accountId, mode } = caller;
  const type = "project.dispute.message" as const;
  const event = { accountId, mode, type, objectId: open.id, data };
  await recordEvent(transaction, event, context.now());
  return data;
}
