/** Objects that a wallet's session reaches as a party of them. Everything else does not exist for it. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { missing } from "../errors/gateway-error";

/**
 * Object by which a route finds out whether a session's wallet is a party:
 * - `project`: the path's project. The project is finalized, and the wallet is one of its three.
 * - `intent`: the path's intent, of which the wallet is payer, payee or mediator.
 * - `upload`: the query's project.
 * - `file`: the path's file, which the wallet uploaded or which is evidence in one of its projects.
 * - `inbox`: the query's person, who has this wallet in a project.
 * - `notification`: the path's notification to such a person.
 * - `list`: none; the route lists what belongs to the wallet.
 */
export type PartyAccess =
  "project" | "intent" | "upload" | "file" | "inbox" | "notification" | "list";

/** Wallet on one chain. */
export interface PartyWallet {
  mode: Mode;
  /** Base58. */
  address: string;
}

/** Account of an object, and the person that the wallet is in it. */
export interface FoundParty {
  accountId: string;
  personId: string | null;
}

/** Names that a request gives to its object. */
export interface NamedObjects {
  params: Readonly<Record<string, unknown>>;
  query: Readonly<Record<string, unknown>>;
}

/** SQL: the wallet $3 is one of the project's. */
const IS_PARTY = "$3 IN (p.homeowner_wallet, p.contractor_wallet, p.mediator_wallet)";

/** SQL: the person $1 of the project has the wallet $3. */
export const hasWallet = (person: string, wallet: string): string =>
  `((p.homeowner_id = ${person} AND p.homeowner_wallet = ${wallet})
    OR (p.contractor_id = ${person} AND p.contractor_wallet = ${wallet})
    OR (p.mediator_id = ${person} AND p.mediator_wallet = ${wallet}))`;

const PERSON = `CASE $3 WHEN p.homeowner_wallet THEN p.homeowner_id
  WHEN p.contractor_wallet THEN p.contractor_id ELSE p.mediator_id END`;

const PROJECT = `SELECT p.account_id, ${PERSON} AS person_id FROM milepost_gateway.projects p
  WHERE p.id = $1 AND p.mode = $2 AND ${IS_PARTY}`;

const INTENT = `SELECT account_id, NULL AS person_id FROM milepost_gateway.payment_intents
  WHERE id = $1 AND mode = $2 AND $3 IN (payer, recipient, mediator)`;

const FILE = `SELECT f.account_id, NULL AS person_id FROM milepost_gateway.files f
  WHERE f.id = $1 AND f.mode = $2 AND (f.wallet = $3 OR EXISTS (
    SELECT 1 FROM milepost_gateway.evidence_files e
    JOIN milepost_gateway.project_milestones m ON m.id = e.milestone_id
    JOIN milepost_gateway.projects p ON p.id = m.project_id
    WHERE e.file_id = f.id AND p.account_id = f.account_id AND p.mode = f.mode AND ${IS_PARTY}))`;

const INBOX = `SELECT p.account_id, $1 AS person_id FROM milepost_gateway.projects p
  WHERE p.mode = $2 AND ${hasWallet("$1", "$3")} LIMIT 1`;

const NOTIFICATION = `SELECT n.account_id, n.person_id FROM milepost_gateway.notifications n
  JOIN milepost_gateway.projects p ON p.id = n.project_id
  WHERE n.id = $1 AND n.mode = $2 AND ${hasWallet("n.person_id", "$3")}`;

interface Rule {
  /** Kind of the object, as the error names it. */
  kind: string;
  sql: string;
  idOf(named: NamedObjects): unknown;
}

const inPath = ({ params }: NamedObjects): unknown => params["id"];

const RULES: Readonly<Record<Exclude<PartyAccess, "list">, Rule>> = {
  project: { kind: "project", sql: PROJECT, idOf: inPath },
  intent: { kind: "payment intent", sql: INTENT, idOf: inPath },
  upload: { kind: "project", sql: PROJECT, idOf: ({ query }) => query["project"] },
  file: { kind: "file", sql: FILE, idOf: inPath },
  inbox: { kind: "person", sql: INBOX, idOf: ({ query }) => query["person"] ?? query["party"] },
  notification: { kind: "notification", sql: NOTIFICATION, idOf: inPath },
};

/**
 * Returns the account of the object that a request names, where the wallet is a party of it. A list has no account.
 * Throws `GatewayError` (`resource_missing`) for everything else.
 */
export async function findParty(
  database: Database,
  access: PartyAccess,
  { mode, address }: PartyWallet,
  named: NamedObjects,
): Promise<FoundParty> {
  if (access === "list") return { accountId: "", personId: null };
  const { kind, sql, idOf } = RULES[access];
  const id = idOf(named);
  if (typeof id !== "string") throw missing(kind, "unnamed");
  const [row] = await database.query<{ account_id: string; person_id: string | null }>(sql, [
    id,
    mode,
    address,
  ]);
  if (!row) throw missing(kind, id);
  return { accountId: row.account_id, personId: row.person_id };
}
