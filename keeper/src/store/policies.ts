/**
 * Stores the policies, their due times, and their delays. Delays go by database time, due times by chain time. Rows
 * are locked in the order of their addresses, and policies before jobs: then no two keepers wait for one another.
 */
import type { Database } from "@milepost/database";
import type { KeeperAction, PolicyPlan, PolicyState } from "./policy-plan";

/** Policy as a worker knew it; its result is ignored when the policy has moved on to another milestone since. */
export interface PolicyAt {
  policy: string;
  milestoneIndex: number;
}

/** Accounts that a wait depends on; when their digest differs, the wait is over. */
export interface Watch {
  accounts: string[];
  digest: string;
}

/**
 * Returns a condition that holds when one slot is about an hour or more ahead of another, so that an RPC must have
 * made it up. Otherwise no later read would ever count.
 */
function isUnbelievable(slot: string, other: string): string {
  return `${slot} - 9000 > ${other}`;
}

/** About a minute of slots: by then, a block is final or dropped. */
const DROPPED_SLOTS = 150;

/** Inserts or renews plans. A worker's results (waits, delays) stay while the plan is the same as before. */
export async function upsertPlans(database: Database, plans: readonly PolicyPlan[]): Promise<void> {
  if (plans.length === 0) return;
  await database.query(UPSERT, [JSON.stringify(newestOfEach(plans).map(toRow))]);
}

const UPSERT = `
  INSERT INTO milepost_keeper.policies AS p
    (address, milestone_index, state, action, due_at, reason, seen_slot, planned)
  SELECT r.address, r.milestone_index, r.state, r.action, r.due_at, r.reason, r.seen_slot,
    concat_ws('|', r.milestone_index, r.state, r.action, r.due_at::text, r.reason)
  FROM jsonb_to_recordset($1::jsonb) AS r (
    address text, milestone_index smallint, state text, action text, due_at bigint, reason text, seen_slot bigint
  )
  -- What is over and was never known needs no row.
  WHERE (r.state <> 'done'
    OR EXISTS (SELECT FROM milepost_keeper.policies known WHERE known.address = r.address))
  -- What shows a paid milestone as unpaid is from before, whatever slot it claims; long after, its block was dropped.
    AND (r.state = 'done' OR NOT EXISTS (
      SELECT FROM milepost_keeper.outcomes o WHERE o.policy = r.address
        AND o.milestone_index >= r.milestone_index AND r.seen_slot < o.slot + ${DROPPED_SLOTS}))
  ORDER BY r.address
  ON CONFLICT (address) DO UPDATE SET
    seen_slot = excluded.seen_slot,
    milestone_index = excluded.milestone_index,
    action = excluded.action,
    due_at = excluded.due_at,
    planned = excluded.planned,
    state = CASE WHEN p.planned = excluded.planned THEN p.state ELSE excluded.state END,
    reason = CASE WHEN p.planned = excluded.planned THEN p.reason ELSE excluded.reason END,
    attempts = CASE WHEN p.planned = excluded.planned THEN p.attempts ELSE 0 END,
    not_before = CASE WHEN p.planned = excluded.planned THEN p.not_before END,
    queued_at = CASE WHEN p.planned = excluded.planned THEN p.queued_at END,
    watched = CASE WHEN p.planned = excluded.planned THEN p.watched END,
    watched_digest = CASE WHEN p.planned = excluded.planned THEN p.watched_digest END,
    watched_checked_at = CASE WHEN p.planned = excluded.planned THEN p.watched_checked_at END,
    updated_at = CASE WHEN p.planned = excluded.planned THEN p.updated_at ELSE now() END
  WHERE excluded.seen_slot >= p.seen_slot OR ${isUnbelievable("p.seen_slot", "excluded.seen_slot")}`;

/** Keeps the newest plan of each policy, as one statement can't touch a row twice. */
function newestOfEach(plans: readonly PolicyPlan[]): PolicyPlan[] {
  const newest = new Map<string, PolicyPlan>();
  for (const plan of plans) {
    const other = newest.get(plan.address);
    if (!other || plan.seenSlot >= other.seenSlot) newest.set(plan.address, plan);
  }
  return [...newest.values()];
}

function toRow(plan: PolicyPlan): Record<string, unknown> {
  return {
    address: plan.address,
    milestone_index: plan.milestoneIndex,
    state: plan.state,
    action: plan.action,
    due_at: plan.dueAt?.toString() ?? null,
    reason: plan.reason,
    seen_slot: plan.seenSlot,
  };
}

/**
 * Returns the stored plans of these policies, due or not, with `null` due times left out; for a worker that starts on
 * a batch.
 */
export async function plansOf(
  database: Database,
  policies: readonly string[],
): Promise<(PolicyPlan & { attempts: number })[]> {
  const rows = await database.query<PlanRow & { attempts: number }>(
    `SELECT ${PLAN_COLUMNS}, attempts FROM milepost_keeper.policies WHERE address = ANY($1::text[])`,
    [policies],
  );
  return rows.map((row) => ({ ...toPlan(row), attempts: row.attempts }));
}

interface PlanRow {
  address: string;
  milestoneIndex: number;
  state: PolicyState;
  action: KeeperAction;
  dueAt: string | null;
  reason: string;
  seenSlot: string;
}

const PLAN_COLUMNS = `address, milestone_index AS "milestoneIndex", state, action, due_at AS "dueAt", reason,
  seen_slot AS "seenSlot"`;

function toPlan(row: PlanRow): PolicyPlan {
  return {
    address: row.address,
    milestoneIndex: row.milestoneIndex,
    state: row.state,
    action: row.action,
    dueAt: row.dueAt === null ? null : BigInt(row.dueAt),
    reason: row.reason,
    seenSlot: Number(row.seenSlot),
  };
}

const AT = "address = $1 AND milestone_index = $2";
const MOST_ATTEMPTS = 2_147_483_647;

/** Postpones a policy by `seconds`, for the reason given; that counts as `mostAttempts` failures at most. */
export async function backOff(
  database: Database,
  at: PolicyAt,
  seconds: number,
  reason: string,
  mostAttempts = MOST_ATTEMPTS,
): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper.policies SET attempts = greatest(attempts, least(attempts + 1, $5)), reason = $4,
       queued_at = NULL,
       not_before = now() + make_interval(secs => $3), updated_at = now()
     WHERE ${AT} AND state = 'scheduled'`,
    [at.policy, at.milestoneIndex, seconds, reason, mostAttempts],
  );
}

/** Makes a policy wait until its plan or one of the watched accounts changes; then for at least `seconds` from now. */
export async function wait(
  database: Database,
  at: PolicyAt,
  reason: string,
  watch?: Watch,
  seconds = 0,
): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper.policies SET state = 'waiting', attempts = attempts + 1, reason = $3, queued_at = NULL,
       not_before = CASE WHEN $6::float8 > 0 THEN now() + make_interval(secs => $6::float8) END,
       watched = $4::text[], watched_digest = $5, watched_checked_at = now(), updated_at = now()
     WHERE ${AT} AND state <> 'done'`,
    [at.policy, at.milestoneIndex, reason, watch?.accounts ?? null, watch?.digest ?? null, seconds],
  );
}

/**
 * Ends a policy for the reason given, until a read of `slot` (of the account that shows the end) or later shows
 * another state, which then counts.
 */
export async function done(
  database: Database,
  at: PolicyAt,
  reason: string,
  slot?: number,
): Promise<void> {
  await database.query(
    `UPDATE milepost_keeper.policies SET state = 'done', reason = $3, planned = '', queued_at = NULL, not_before = NULL,
       seen_slot = greatest(seen_slot, $4::bigint), watched = NULL, watched_digest = NULL, watched_checked_at = NULL,
       updated_at = now()
     WHERE ${AT}`,
    [at.policy, at.milestoneIndex, reason, slot ?? null],
  );
}

/** Policy with a worker's result that no read has shown yet. */
export interface UnreadPolicy {
  policy: string;
  /** Slot from which a read counts. */
  slot: number;
}

/**
 * Returns policies that were paid or ended and whose accounts no read has shown since: all of `policies`, or, without
 * them, up to `limit` that have been so for half a minute.
 */
export async function unread(
  database: Database,
  { policies = null, limit = 1_000 }: { policies?: readonly string[] | null; limit?: number },
): Promise<UnreadPolicy[]> {
  const rows = await database.query<{ policy: string; slot: string }>(
    `SELECT address AS policy, seen_slot AS slot FROM milepost_keeper.policies
     WHERE planned = '' AND state IN ('waiting', 'done')
       AND CASE WHEN $1::text[] IS NULL THEN updated_at < now() - interval '30 seconds' ELSE address = ANY($1::text[]) END
     ORDER BY updated_at, address LIMIT $2`,
    [policies, policies?.length ?? limit],
  );
  return rows.map(({ policy, slot }) => ({ policy, slot: Number(slot) }));
}

/**
 * Returns addresses after `after` that no read of slot `slot` or later has seen, in their order. They are few, so the
 * query reads the table once, as it is stored: in the order of the addresses it would read each row by itself.
 */
export async function unseen(
  database: Database,
  slot: number,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await database.query<{ address: string }>(
    `WITH missing AS MATERIALIZED (
       SELECT address FROM milepost_keeper.policies
       WHERE (seen_slot < $1::bigint OR ${isUnbelievable("seen_slot", "$1::bigint")}) AND address > $2
     )
     SELECT address FROM missing ORDER BY address LIMIT $3`,
    [slot, after, limit],
  );
  return rows.map(({ address }) => address);
}

/**
 * Counts the values of the policies' columns anew, which queries are planned by. The embedded database does not do it by
 * itself, and a server only minutes after a first scan: until then, each pass would sort all that is due.
 */
export async function renewStatistics(database: Database): Promise<void> {
  await database.script("ANALYZE (SKIP_LOCKED) milepost_keeper.policies");
}

/** Forgets policies that were gone from the chain at `slot`; policies seen later stay. */
export async function removeVanished(
  database: Database,
  policies: readonly string[],
  slot: number,
): Promise<number> {
  const rows = await database.query(
    `DELETE FROM milepost_keeper.policies WHERE address IN (
       SELECT address FROM milepost_keeper.policies WHERE address = ANY($1::text[])
         AND (seen_slot <= $2::bigint OR ${isUnbelievable("seen_slot", "$2::bigint")})
       ORDER BY address FOR UPDATE)
     RETURNING 1`,
    [policies, slot],
  );
  return rows.length;
}
