/** Settlements: either party proposes a division, the other one agrees, and both sign one transaction. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { recordEvent } from "../events/record";
import type { EventType } from "../events/types";
import { formatAmount } from "../money/amount";
import { feeOf } from "../money/split";
import { parseShare } from "../project-steps/shares";
import { requireStep } from "../project-steps/step-rules";
import { oneLine } from "../projects/notices/notice";
import { tellParties } from "../projects/notices/tell";
import { requireRole } from "../projects/parties";
import { requireMilestone, requireProject } from "../projects/require";
import type { MilestoneRow, ProjectRow } from "../projects/rows";
import { toSeconds } from "../time/seconds";
import type { Propose, Settlement } from "./schema";
import { endOpen, insertProposal, listSettlements, type SettlementRow } from "./settlement-store";

/** Returns a settlement as the API shows it. */
export function showSettlement(
  { decimals, terms }: ProjectRow,
  { amount }: MilestoneRow,
  row: SettlementRow,
): Settlement {
  const { platformFeeBps } = terms;
  const keptFee = feeOf(row.recipient_amount, platformFeeBps);
  const refund = amount - row.recipient_amount + feeOf(amount, platformFeeBps) - keptFee;
  return {
    id: row.id,
    object: "project_settlement",
    projectId: row.project_id,
    milestoneId: row.milestone_id,
    status: row.status,
    recipientAmount: formatAmount(row.recipient_amount, decimals),
    refund: formatAmount(refund, decimals),
    proposedBy: row.proposed_by,
    agreedBy: row.agreed_by,
    created: toSeconds(row.created_at),
  };
}

/** Returns the open proposal of a milestone. Throws `GatewayError` (`invalid_state_transition`) without one. */
export async function requireProposal(
  transaction: Database,
  milestone: MilestoneRow,
): Promise<SettlementRow> {
  const rows = await listSettlements(transaction, milestone.id);
  const open = rows.find(({ status }) => status === "proposed");
  if (open) return open;
  throw new GatewayError(
    "invalid_state_transition",
    "The milestone has no open proposal of a settlement. Propose one first.",
  );
}

interface Ids {
  id: string;
  milestoneId: string;
}

/** Proposes a division, in the place of an open proposal. Throws `GatewayError`. */
export async function proposeSettlement(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  ids: Ids,
  { party, recipientAmount }: Propose,
  now: bigint,
): Promise<Settlement> {
  const project = await requireProject(transaction, caller, ids.id, { isLocked: true });
  const milestone = requireMilestone(project, ids.milestoneId);
  requireRole(project, party, ["homeowner", "contractor"]);
  requireStep("settle", project, milestone, now);
  const divided = { amount: milestone.amount, decimals: project.decimals };
  await insertProposal(
    transaction,
    project,
    {
      milestone_id: milestone.id,
      recipient_amount: parseShare(recipientAmount, divided, "recipientAmount"),
      proposed_by: party,
    },
    context.now(),
  );
  const settlement = await told(
    context,
    transaction,
    project,
    milestone,
    "project.settlement.proposed",
  );
  const { recipientAmount: share, refund } = settlement;
  await tellOther(context, transaction, { project, milestone, party, at: now }, [
    "settlement.proposed",
    "A split was proposed for",
    `The contractor gets ${share} ${project.currency} before fees, the homeowner ${refund} ${project.currency}. Agree to it, or propose another one.`,
  ]);
  return settlement;
}

/** Withdraws one's own proposal. Throws `GatewayError`. */
export async function withdrawSettlement(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  ids: Ids,
  party: string,
  now: bigint,
): Promise<Settlement> {
  const project = await requireProject(transaction, caller, ids.id, { isLocked: true });
  const milestone = requireMilestone(project, ids.milestoneId);
  requireRole(project, party, ["homeowner", "contractor"]);
  const proposal = await requireProposal(transaction, milestone);
  if (proposal.proposed_by !== party) {
    throw new GatewayError(
      "forbidden",
      `party: expected ${proposal.proposed_by}, who proposed the settlement, received ${party}.`,
      { param: "party" },
    );
  }
  await endOpen(transaction, milestone.id, "withdrawn", context.now());
  await tellOther(context, transaction, { project, milestone, party, at: now }, [
    "settlement.withdrawn",
    "The proposed split was withdrawn for",
    "You can no longer agree to it.",
  ]);
  return told(context, transaction, project, milestone, "project.settlement.withdrawn");
}

/** Tells homeowner or contractor what the other one did about a settlement. */
async function tellOther(
  context: GatewayContext,
  transaction: Database,
  about: { project: ProjectRow; milestone: MilestoneRow; party: string; at: bigint },
  [kind, what, text]: [kind: string, what: string, text: string],
): Promise<void> {
  const { project, milestone, party, at } = about;
  const role = project.parties.homeowner.id === party ? "contractor" : "homeowner";
  const name = `milestone ${milestone.index + 1} "${oneLine(milestone.title)}" of "${oneLine(project.title)}"`;
  await tellParties(
    context,
    transaction,
    { project, milestoneId: milestone.id, at },
    {
      kind,
      roles: [role],
      subject: `${what} ${name}`,
      text: `${text}\n\nProject: ${project.id}`,
    },
  );
}

/** Records the newest settlement's event and returns it. */
async function told(
  context: GatewayContext,
  transaction: Database,
  project: ProjectRow,
  milestone: MilestoneRow,
  type: EventType,
): Promise<Settlement> {
  const row = (await listSettlements(transaction, milestone.id)).at(-1)!;
  const data = showSettlement(project, milestone, row);
  const owner = { accountId: project.account_id, mode: project.mode };
  await recordEvent(transaction, { ...owner, type, objectId: row.id, data }, context.now());
  return data;
}

/** Refuses the party who proposed: the other one agrees. */
export function requireOtherParty({ proposed_by }: SettlementRow, party: string): void {
  if (proposed_by !== party) return;
  throw new GatewayError(
    "forbidden",
    `party: expected the other party, received ${party}, who proposed the settlement.`,
    { param: "party" },
  );
}
