/** Payments that were requested and did not happen, and objects that need attention, with their reason. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import type { Stuck } from "./schema";

/** Seconds after which a transaction that was requested counts as stuck. */
export const STUCK_SECS = 120;

/** Most entries of each kind. */
const MOST = 50;

interface StuckRow {
  object: string;
  object_id: string;
  milestone_id: string | null;
  account_id: string;
  since: number;
  reason: string | null;
  next_step: string | null;
}

/** Time by both clocks. */
export interface StuckTime {
  now: Date;
  /** The chain's time in Unix seconds; null while the chain does not answer. */
  chainTime: number | null;
}

/** Returns what is stuck in a mode, oldest first. */
export async function listStuck(database: Database, mode: Mode, time: StuckTime): Promise<Stuck[]> {
  const rows = [
    ...(await lateJobs(database, mode, time)),
    ...(await intentsInNeed(database, mode)),
    ...(await projectsInNeed(database, mode)),
  ];
  return rows.map(show).sort((a, b) => a.since - b.since);
}

const show = (row: StuckRow): Stuck => ({
  object: row.object,
  objectId: row.object_id,
  milestoneId: row.milestone_id,
  accountId: row.account_id,
  since: Math.floor(row.since),
  reason: row.reason ?? "The gateway has not sent the transaction yet.",
  nextStep: row.next_step ?? "Read the object, and take its next step.",
});

/** Transactions that are neither confirmed nor failed. One that waits for a time of the chain is late from that time on. */
function lateJobs(
  database: Database,
  mode: Mode,
  { now, chainTime }: StuckTime,
): Promise<StuckRow[]> {
  const time = chainTime ?? Math.floor(now.getTime() / 1_000);
  return database.query<StuckRow>(
    `SELECT CASE WHEN p.id IS NULL THEN 'payment_intent' ELSE 'project' END AS object, j.subject_id AS object_id,
       coalesce(j.payload ->> 'milestoneId', a.milestone_id) AS milestone_id, j.account_id,
       extract(epoch FROM j.created_at)::float8 AS since,
       coalesce(j.error, j.refusal, CASE j.state WHEN 'signed' THEN 'The chain has not confirmed the transaction.' END) AS reason,
       CASE WHEN j.is_waiting THEN 'Nothing to do: the gateway sends it once the reason is gone.'
         WHEN j.state = 'signed' THEN 'Check the RPC node. The gateway sends the same transaction again until it is confirmed or expires.'
         ELSE 'Check the RPC node and the sponsor''s balance. The gateway tries again by itself.' END AS next_step
     FROM milepost_gateway.chain_jobs j
     LEFT JOIN milepost_gateway.projects p ON p.id = j.subject_id
     LEFT JOIN milepost_gateway.project_actions a ON a.id = j.payload ->> 'actionId'
     WHERE j.mode = $1 AND j.state IN ('queued', 'signed') AND j.created_at < $2
       AND (j.not_before IS NULL OR j.not_before < $3::bigint - ${STUCK_SECS})
     ORDER BY j.sequence LIMIT ${MOST}`,
    [mode, new Date(now.getTime() - STUCK_SECS * 1_000), time],
  );
}

const intentsInNeed = (database: Database, mode: Mode): Promise<StuckRow[]> =>
  database.query<StuckRow>(
    `SELECT 'payment_intent' AS object, id AS object_id, NULL AS milestone_id, account_id,
       extract(epoch FROM updated_at)::float8 AS since, coalesce(problem, 'It requires an action.') AS reason,
       CASE WHEN next_action IS NOT NULL THEN 'Next action: ' || next_action || '.' END AS next_step
     FROM milepost_gateway.payment_intents WHERE mode = $1 AND status = 'REQUIRES_ACTION'
     ORDER BY id DESC LIMIT ${MOST}`,
    [mode],
  );

const projectsInNeed = (database: Database, mode: Mode): Promise<StuckRow[]> =>
  database.query<StuckRow>(
    `SELECT 'project' AS object, id AS object_id, NULL AS milestone_id, account_id,
       extract(epoch FROM updated_at)::float8 AS since, problem AS reason,
       'The party takes the step again; GET /v1/projects/{id}/actions names it.' AS next_step
     FROM milepost_gateway.projects WHERE mode = $1 AND problem IS NOT NULL
     ORDER BY id DESC LIMIT ${MOST}`,
    [mode],
  );
