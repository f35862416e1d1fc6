/** The operator's report: settings, health, what is stuck, and the last reconciliation. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { readGatewayFacts } from "../chain/gateway-facts";
import { chainOf, type GatewayContext } from "../context";
import { toSeconds } from "../time/seconds";
import { readHealth } from "./health";
import type { OperatorReport } from "./schema";
import { listStuck } from "./stuck";

/** Returns the report of a mode. Throws the SDK's errors where the chain has not answered since the start. */
export async function readReport(context: GatewayContext, mode: Mode): Promise<OperatorReport> {
  const { database, now } = context;
  const facts = await readGatewayFacts(chainOf(context, mode), now());
  const { sponsor, sponsorLamports, ...gateway } = facts;
  const health = await readHealth(context);
  const chainTime = health.chains.find((chain) => chain.mode === mode)?.time ?? null;
  return {
    ...{ object: "operator_report", mode, gateway },
    sponsor: { address: sponsor, lamports: sponsorLamports.toString() },
    health,
    stuck: await listStuck(database, mode, { now: now(), chainTime }),
    reconciliation: await readLastRun(database, mode),
  };
}

interface RunRow {
  id: string;
  state: string;
  created_at: Date;
  finished_at: Date | null;
  differences: number;
}

async function readLastRun(
  database: Database,
  mode: Mode,
): Promise<OperatorReport["reconciliation"]> {
  const [row] = await database.query<RunRow>(
    `SELECT r.id, r.state, r.created_at, r.finished_at,
       (SELECT count(DISTINCT policy)::integer FROM milepost_gateway.reconciliation_differences
        WHERE reconciliation_id = r.id) AS differences
     FROM milepost_gateway.reconciliations r WHERE r.mode = $1 AND r.account_id IS NULL
     ORDER BY r.id DESC LIMIT 1`,
    [mode],
  );
  if (!row) return { last: null, differences: 0 };
  const { id, state: status, created_at, finished_at, differences } = row;
  const created = toSeconds(created_at);
  return { last: { id, status, created, finished: toSeconds(finished_at) }, differences };
}
