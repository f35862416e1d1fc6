/** Health of the keeper, from its own tables where it shares the gateway's database. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { OperatorReport } from "./schema";

type Health = OperatorReport["health"];

/** Seconds that a due payment may lie untouched: a keeper that works takes it earlier. */
const UNTOUCHED_SECS = 120;

interface KeeperRow {
  last_seen: number | null;
  due: number;
  postponed: number;
  untouched: number;
  failed: number;
}

/** Reads the keeper's health; null where there is no keeper, or where its tables are another's. */
export async function readKeeperHealth(
  { database, chains, now }: Pick<GatewayContext, "database" | "chains" | "now">,
  answered: Health["chains"],
): Promise<Health["keeper"]> {
  if (!(await hasTables(database))) return null;
  const [bound] = await database.query<{ genesis_hash: string }>(
    "SELECT genesis_hash FROM milepost_keeper.chain",
  );
  const chain = answered.find(({ mode }) => chains[mode]!.genesisHash === bound?.genesis_hash);
  const time = chain?.time ?? Math.floor(now().getTime() / 1_000);
  const [row] = await database.query<KeeperRow>(
    `SELECT
       (SELECT extract(epoch FROM greatest(
          (SELECT max(updated_at) FROM milepost_keeper.policies),
          (SELECT max(created_at) FROM milepost_keeper.attempts)))::float8) AS last_seen,
       count(*)::integer AS due,
       count(*) FILTER (WHERE not_before > now())::integer AS postponed,
       count(*) FILTER (WHERE due_at <= $1::bigint - ${UNTOUCHED_SECS}
         AND coalesce(not_before, updated_at) <= now() - make_interval(secs => ${UNTOUCHED_SECS}))::integer AS untouched,
       (SELECT count(*)::integer FROM milepost_keeper.attempts
        WHERE state = 'failed' AND finished_at > now() - interval '24 hours') AS failed
     FROM milepost_keeper.policies WHERE state = 'scheduled' AND due_at <= $1::bigint`,
    [time],
  );
  const { last_seen: lastSeen, due, postponed, untouched, failed } = row!;
  const error =
    untouched === 0
      ? null
      : `${untouched} due payments were not tried for ${UNTOUCHED_SECS} seconds.`;
  return {
    ok: error === null,
    error,
    lastSeen: lastSeen === null ? null : Math.floor(lastSeen),
    ...{ due, postponed, failed },
  };
}

async function hasTables(database: Database): Promise<boolean> {
  const rows = await database.query<{ is_readable: boolean }>(
    `SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS is_readable
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'milepost_keeper' AND c.relname IN ('chain', 'policies', 'attempts')`,
  );
  return rows.length === 3 && rows.every(({ is_readable }) => is_readable);
}
