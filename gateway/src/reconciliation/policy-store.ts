/** Reads the policies of a mode with the sums of their movements, page by page. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import type { Recorded } from "./compare";

/** A policy with its sums. */
export interface RecordedPolicy extends Recorded {
  address: string;
  accountId: string;
  objectId: string;
  part: number;
}

interface Row {
  address: string;
  account_id: string;
  object_id: string;
  part: number;
  kind: "held" | "delegated";
  closed_at: Date | null;
  funded: string;
  paid: string;
  refunded: string;
}

const sumOf = (kind: string): string =>
  `COALESCE(sum(m.units) FILTER (WHERE m.kind = '${kind}'), 0)::text AS ${kind}`;

const SELECT = `SELECT p.address, p.account_id, p.object_id, p.part, p.kind, p.closed_at,
    ${sumOf("funded")}, ${sumOf("paid")}, ${sumOf("refunded")}
  FROM milepost_gateway.policies p
  LEFT JOIN milepost_gateway.policy_movements m ON m.mode = p.mode AND m.policy = p.address`;

/** Which policies: those of one chain, of one account or of all. */
export interface PolicyScope {
  mode: Mode;
  genesisHash: string;
  accountId: string | null;
}

/** Returns up to `limit` policies after the address. */
export async function pageOfPolicies(
  database: Database,
  { mode, genesisHash, accountId }: PolicyScope,
  after: string,
  limit: number,
): Promise<RecordedPolicy[]> {
  const rows = await database.query<Row>(
    `${SELECT}
     WHERE p.mode = $1 AND p.genesis_hash = $2 AND ($3::text IS NULL OR p.account_id = $3) AND p.address > $4
     GROUP BY p.mode, p.address ORDER BY p.address LIMIT $5`,
    [mode, genesisHash, accountId, after, limit],
  );
  return rows.map(toRecorded);
}

/** Returns the policies with these addresses. */
export async function policiesAt(
  database: Database,
  mode: Mode,
  addresses: readonly string[],
): Promise<RecordedPolicy[]> {
  const rows = await database.query<Row>(
    `${SELECT} WHERE p.mode = $1 AND p.address = ANY($2::text[]) GROUP BY p.mode, p.address ORDER BY p.address`,
    [mode, [...addresses]],
  );
  return rows.map(toRecorded);
}

function toRecorded(row: Row): RecordedPolicy {
  return {
    address: row.address,
    accountId: row.account_id,
    objectId: row.object_id,
    part: row.part,
    kind: row.kind,
    isClosed: row.closed_at !== null,
    funded: BigInt(row.funded),
    paid: BigInt(row.paid),
    refunded: BigInt(row.refunded),
  };
}
