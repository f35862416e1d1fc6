/** Rows of an intent's policies on chain. */
import type { Database } from "@milepost/database";
import { updateRow } from "../rows/update-row";
import type { PartDetails } from "./intent";

interface PartRow {
  intent_id: string;
  part: number;
  first_milestone: number;
  milestone_count: number;
  state: PartDetails["state"];
  policy: string | null;
  escrow: string | null;
  vault: string | null;
  signature: string | null;
  slot: string | null;
  planned_policy: string | null;
  job_id: string | null;
  reclaimable_at: string | null;
  seen_slot: string | null;
}

const toNumber = (text: string | null): number | null => (text === null ? null : Number(text));

const toPart = (row: PartRow): PartDetails => ({
  intentId: row.intent_id,
  part: row.part,
  firstMilestone: row.first_milestone,
  milestones: row.milestone_count,
  state: row.state,
  policy: row.policy,
  escrow: row.escrow,
  vault: row.vault,
  signature: row.signature,
  slot: toNumber(row.slot),
  plannedPolicy: row.planned_policy,
  jobId: row.job_id,
  reclaimableAt: row.reclaimable_at === null ? null : BigInt(row.reclaimable_at),
  seenSlot: toNumber(row.seen_slot),
});

/** Returns true for a part that nothing has funded, and that no transaction on its way can fund. */
export const isFree = ({ policy, jobId }: PartDetails): boolean =>
  policy === null && jobId === null;

/** Returns true for a part whose funding may land at any time. */
export const isOnItsWay = ({ policy, jobId }: PartDetails): boolean =>
  policy === null && jobId !== null;

/** Writes a part that is to be funded by a job. A second call sets the job alone. */
export async function insertPart(
  transaction: Database,
  part: Pick<PartDetails, "intentId" | "part" | "firstMilestone" | "milestones" | "jobId">,
): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.intent_parts (intent_id, part, first_milestone, milestone_count, state, job_id)
     VALUES ($1, $2, $3, $4, 'planned', $5)
     ON CONFLICT (intent_id, part) DO UPDATE SET job_id = $5`,
    [part.intentId, part.part, part.firstMilestone, part.milestones, part.jobId],
  );
}

/** Returns the intent's parts in order. */
export async function listParts(database: Database, intentId: string): Promise<PartDetails[]> {
  const rows = await database.query<PartRow>(
    "SELECT * FROM milepost_gateway.intent_parts WHERE intent_id = $1 ORDER BY part",
    [intentId],
  );
  return rows.map(toPart);
}

/** Returns one part, or null. */
export async function readPart(
  database: Database,
  intentId: string,
  part: number,
): Promise<PartDetails | null> {
  const [row] = await database.query<PartRow>(
    "SELECT * FROM milepost_gateway.intent_parts WHERE intent_id = $1 AND part = $2",
    [intentId, part],
  );
  return row ? toPart(row) : null;
}

/** Returns the parts that have this policy: one at most. */
export async function findParts(database: Database, policy: string): Promise<PartDetails[]> {
  const rows = await database.query<PartRow>(
    "SELECT * FROM milepost_gateway.intent_parts WHERE policy = $1",
    [policy],
  );
  return rows.map(toPart);
}

/** Notes the address that the attempt at hand would create, so that a later process finds it. */
export async function planPolicy(
  database: Database,
  { intentId, part }: Pick<PartDetails, "intentId" | "part">,
  policy: string,
): Promise<void> {
  await database.query(
    "UPDATE milepost_gateway.intent_parts SET planned_policy = $3 WHERE intent_id = $1 AND part = $2",
    [intentId, part, policy],
  );
}

/** Notes that a job's bytes can no longer land: the part may be built again. */
export async function freePart(
  transaction: Database,
  { intentId, part }: Pick<PartDetails, "intentId" | "part">,
  jobId: string,
): Promise<void> {
  await transaction.query(
    `UPDATE milepost_gateway.intent_parts SET job_id = NULL
     WHERE intent_id = $1 AND part = $2 AND job_id = $3`,
    [intentId, part, jobId],
  );
}

/** Column of each field that may change. */
const CHANGEABLE = {
  state: "state",
  policy: "policy",
  escrow: "escrow",
  vault: "vault",
  signature: "signature",
  slot: "slot",
  reclaimableAt: "reclaimable_at",
  seenSlot: "seen_slot",
} as const;

/** Fields of a part that may change. */
export type PartChange = Partial<Pick<PartDetails, keyof typeof CHANGEABLE>>;

/** Writes changed fields; returns the part with them. */
export async function updatePart(
  transaction: Database,
  part: PartDetails,
  change: PartChange,
): Promise<PartDetails> {
  await updateRow(transaction, {
    table: "intent_parts",
    where: { intent_id: part.intentId, part: part.part },
    columns: CHANGEABLE,
    change,
  });
  return { ...part, ...change };
}
