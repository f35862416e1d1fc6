/** Reads and writes projects. */
import type { Database } from "@milepost/database";
import type { EscrowTerms } from "@milepost/sdk";
import type { Caller } from "../caller/caller";
import type { Currency } from "../chain/chain-runtime";
import type { Page } from "../http/list";
import { newId } from "../ids/ids";
import type { PersonRow } from "../persons/store";
import type { DraftedMilestone } from "./draft";
import type { ProjectSize, ProjectType } from "./milestone-templates";
import {
  type MilestoneRow,
  PARTY_ROLES,
  type PartyRole,
  type PendingAction,
  type ProjectPolicy,
  type ProjectRow,
} from "./rows";
import { readStored } from "./stored-json";

/** A project's row as the driver returns it: numerics are texts. */
interface RawProject extends Omit<
  ProjectRow,
  | "amount"
  | "parties"
  | "wallets"
  | "finalized_at"
  | "ended_at"
  | "milestones"
  | "policies"
  | "pending"
> {
  amount: string;
  homeowner_id: string;
  contractor_id: string;
  mediator_id: string;
  homeowner_wallet: string | null;
  contractor_wallet: string | null;
  mediator_wallet: string | null;
  finalized_at: string | number | null;
  ended_at: string | number | null;
}

interface RawMilestone extends Omit<MilestoneRow, "amount" | "due_date" | "payout"> {
  amount: string;
  due_date: string | number | null;
  payout: unknown;
}

interface RawPolicy extends Omit<ProjectPolicy, "state" | "slot" | "closed_at"> {
  project_id: string;
  state: unknown;
  slot: string | number;
  closed_at: string | number | null;
}

const toBig = (value: string | number | null): bigint | null =>
  value === null ? null : BigInt(value);

/** Input of `insertProject`. */
export interface NewProject {
  title: string;
  bidId: string | null;
  projectType: ProjectType;
  size: ProjectSize;
  currency: Currency;
  decimals: number;
  amount: bigint;
  parties: Readonly<Record<PartyRole, string>>;
  terms: EscrowTerms;
  releaseCondition: 4 | 5;
  genesisHash: string;
  metadata: Record<string, unknown>;
}

/** Writes a draft without milestones; returns its id, or null when the bid has a project already. */
export async function insertProject(
  transaction: Database,
  { accountId, mode }: Caller,
  project: NewProject,
  now: Date,
): Promise<string | null> {
  const { parties } = project;
  const [row] = await transaction.query<{ id: string }>(
    `INSERT INTO milepost_gateway.projects
       (id, account_id, mode, status, title, bid_id, project_type, size, currency, decimals, amount,
        homeowner_id, contractor_id, mediator_id, terms, release_condition, genesis_hash, metadata, created_at, updated_at)
     VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
     ON CONFLICT (account_id, mode, bid_id) DO NOTHING RETURNING id`,
    [
      newId("project", now),
      accountId,
      mode,
      project.title,
      project.bidId,
      project.projectType,
      project.size,
      project.currency,
      project.decimals,
      project.amount.toString(),
      parties.homeowner,
      parties.contractor,
      parties.mediator,
      JSON.stringify(project.terms),
      project.releaseCondition,
      project.genesisHash,
      JSON.stringify(project.metadata),
      now,
    ],
  );
  return row?.id ?? null;
}

/** Returns the id of the project of a bid, or null. */
export async function findProjectOfBid(
  database: Database,
  { accountId, mode }: Caller,
  bidId: string,
): Promise<string | null> {
  const [row] = await database.query<{ id: string }>(
    "SELECT id FROM milepost_gateway.projects WHERE account_id = $1 AND mode = $2 AND bid_id = $3",
    [accountId, mode, bidId],
  );
  return row?.id ?? null;
}

/** Replaces the milestones of a draft; a milestone with an id keeps it. */
export async function replaceDraftMilestones(
  transaction: Database,
  { accountId, mode }: Pick<Caller, "accountId" | "mode">,
  projectId: string,
  milestones: readonly DraftedMilestone[],
  now: Date,
): Promise<void> {
  await transaction.query("DELETE FROM milepost_gateway.project_milestones WHERE project_id = $1", [
    projectId,
  ]);
  for (const [index, milestone] of milestones.entries()) {
    await transaction.query(
      `INSERT INTO milepost_gateway.project_milestones
         (id, account_id, mode, project_id, index, title, description, verification_method, amount, due_date)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        milestone.id ?? newId("milestone", now),
        accountId,
        mode,
        projectId,
        index,
        milestone.title,
        milestone.description,
        milestone.verificationMethod,
        milestone.amount.toString(),
        milestone.dueDate?.toString() ?? null,
      ],
    );
  }
}

/** Fixes a draft: from here on no call changes its milestones, parties, wallets, terms or fees. */
export async function markFinalized(
  transaction: Database,
  projectId: string,
  fixed: {
    wallets: Readonly<Record<PartyRole, string>>;
    gatewayFeeBps: number;
    protocolFeeBps: number;
    finalizedAt: bigint;
  },
): Promise<void> {
  const { wallets, gatewayFeeBps, protocolFeeBps, finalizedAt } = fixed;
  await transaction.query(
    `UPDATE milepost_gateway.projects
     SET status = 'active', homeowner_wallet = $2, contractor_wallet = $3, mediator_wallet = $4,
         gateway_fee_bps = $5, protocol_fee_bps = $6, finalized_at = $7
     WHERE id = $1 AND status = 'draft'`,
    [
      projectId,
      wallets.homeowner,
      wallets.contractor,
      wallets.mediator,
      gatewayFeeBps,
      protocolFeeBps,
      finalizedAt.toString(),
    ],
  );
}

/** Notes the time of a change. */
export async function touchProject(transaction: Database, id: string, now: Date): Promise<void> {
  await transaction.query("UPDATE milepost_gateway.projects SET updated_at = $2 WHERE id = $1", [
    id,
    now,
  ]);
}

/** Options of `findProject`. */
export interface FindOptions {
  /** Locks the project until the transaction ends, so that its changes come one after another. */
  isLocked?: boolean;
}

/** Returns a project of the caller's account and mode, or null. */
export async function findProject(
  database: Database,
  { accountId, mode }: Pick<Caller, "accountId" | "mode">,
  id: string,
  { isLocked = false }: FindOptions = {},
): Promise<ProjectRow | null> {
  const rows = await database.query<RawProject>(
    `SELECT * FROM milepost_gateway.projects WHERE id = $1 AND account_id = $2 AND mode = $3 ${isLocked ? "FOR UPDATE" : ""}`,
    [id, accountId, mode],
  );
  const [project] = await withParts(database, rows);
  return project ?? null;
}

/** Returns one more than the page's limit of the account's projects; for a party's session, of the wallet's in any account. */
export async function listProjects(
  database: Database,
  { accountId, mode, session }: Caller,
  { limit, after }: Page,
): Promise<ProjectRow[]> {
  const isParty = session?.role === "party";
  const owned = isParty
    ? "$1 IN (homeowner_wallet, contractor_wallet, mediator_wallet)"
    : "account_id = $1";
  const rows = await database.query<RawProject>(
    `SELECT * FROM milepost_gateway.projects
     WHERE ${owned} AND mode = $2 AND ($3::text IS NULL OR id < $3)
     ORDER BY id DESC LIMIT $4`,
    [isParty ? session.wallet : accountId, mode, after, limit + 1],
  );
  return withParts(database, rows);
}

/** Adds people, milestones and policies to projects, in four queries for all. */
async function withParts(database: Database, rows: readonly RawProject[]): Promise<ProjectRow[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const people = await database.query<PersonRow>(
    "SELECT id, name, email, wallet FROM milepost_gateway.persons WHERE id = ANY($1)",
    [rows.flatMap((row) => PARTY_ROLES.map((role) => row[`${role}_id`]))],
  );
  const milestones = await milestonesOf(database, ids);
  const policies = await policiesOf(database, ids);
  const pending = await database.query<PendingAction & { project_id: string }>(
    `SELECT id, project_id, kind, milestone_id, person_id, created_at
     FROM milepost_gateway.project_actions WHERE project_id = ANY($1) AND state = 'pending'`,
    [ids],
  );
  const byId = new Map(people.map((person) => [person.id, person]));
  return rows.map((row) => {
    const isOwn = ({ project_id }: { project_id: string }): boolean => project_id === row.id;
    const partyOf = (role: PartyRole): PersonRow => byId.get(row[`${role}_id`])!;
    return {
      ...row,
      amount: BigInt(row.amount),
      finalized_at: toBig(row.finalized_at),
      ended_at: toBig(row.ended_at),
      parties: {
        homeowner: partyOf("homeowner"),
        contractor: partyOf("contractor"),
        mediator: partyOf("mediator"),
      },
      wallets: walletsIn(row),
      milestones: milestones.filter(isOwn),
      policies: policies.filter(isOwn),
      pending: pending.find(isOwn) ?? null,
    };
  });
}

function walletsIn(row: RawProject): ProjectRow["wallets"] {
  if (row.homeowner_wallet === null) return null;
  return {
    homeowner: row.homeowner_wallet,
    contractor: row.contractor_wallet!,
    mediator: row.mediator_wallet!,
  };
}

async function milestonesOf(database: Database, ids: readonly string[]): Promise<MilestoneRow[]> {
  const rows = await database.query<RawMilestone>(
    `SELECT id, project_id, index, title, description, verification_method, amount, due_date, payout
     FROM milepost_gateway.project_milestones WHERE project_id = ANY($1) ORDER BY project_id, index`,
    [ids],
  );
  return rows.map((row) => ({
    ...row,
    amount: BigInt(row.amount),
    due_date: toBig(row.due_date),
    payout: readStored(row.payout),
  }));
}

async function policiesOf(
  database: Database,
  ids: readonly string[],
): Promise<(ProjectPolicy & { project_id: string })[]> {
  const rows = await database.query<RawPolicy>(
    `SELECT project_id, address, part, escrow, vault, state, slot, last_signature, closed_at
     FROM milepost_gateway.project_policies WHERE project_id = ANY($1) ORDER BY project_id, part`,
    [ids],
  );
  return rows.map((row) => ({
    ...row,
    state: readStored(row.state),
    slot: BigInt(row.slot),
    closed_at: toBig(row.closed_at),
  }));
}
