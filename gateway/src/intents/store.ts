/** Rows of payment intents. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { Mode } from "../caller/mode";
import type { Page } from "../http/list";
import { updateRow } from "../rows/update-row";
import type { Intent, IntentPart } from "./intent";

/** Column of each field that a change may set. */
const CHANGEABLE = {
  status: "status",
  settlementStatus: "settlement_status",
  releaseCondition: "release_condition",
  payer: "payer",
  recipient: "recipient",
  mediator: "mediator",
  signature: "signature",
  payerAddress: "payer_address",
  confirmedBy: "confirmed_by",
  confirmedAt: "confirmed_at",
  scheduledAt: "scheduled_at",
  nextAction: "next_action",
  problem: "problem",
  phases: "phases",
  attempt: "attempt",
  lockedAt: "locked_at",
  warnings: "warnings",
  releaseConsent: "release_consent",
} as const;

/** Fields of an intent that may change after its creation. */
export type IntentChange = Partial<Pick<Intent, keyof typeof CHANGEABLE>>;

interface IntentRow {
  id: string;
  account_id: string;
  mode: Mode;
  genesis_hash: string;
  status: Intent["status"];
  settlement_status: Intent["settlementStatus"];
  amount: string;
  currency: Intent["currency"];
  decimals: number;
  type: Intent["type"];
  release_type: Intent["releaseType"];
  auto_release: boolean;
  release_condition: number;
  settlement_method: Intent["settlementMethod"];
  settlement_destination: string;
  description: string | null;
  metadata: Record<string, unknown> | null;
  delivery_period: number;
  time_lock_until: string | null;
  expected_delivery_hash: string | null;
  delivery_oracle: string | null;
  payer: string | null;
  recipient: string | null;
  mediator: string | null;
  signature: string | null;
  payer_address: string | null;
  confirmed_by: Intent["confirmedBy"];
  confirmed_at: Date | null;
  scheduled_at: Date | null;
  next_action: string | null;
  problem: string | null;
  phases: Intent["phases"];
  warnings: string[];
  attempt: number;
  is_finalized: boolean;
  locked_at: string | null;
  release_consent: string | null;
  parts: IntentPart[] | null;
  created_at: Date;
  updated_at: Date;
}

const toIntent = (row: IntentRow): Intent => ({
  id: row.id,
  accountId: row.account_id,
  mode: row.mode,
  genesisHash: row.genesis_hash,
  status: row.status,
  settlementStatus: row.settlement_status,
  amount: BigInt(row.amount),
  currency: row.currency,
  decimals: row.decimals,
  type: row.type,
  releaseType: row.release_type,
  autoRelease: row.auto_release,
  releaseCondition: row.release_condition,
  settlementMethod: row.settlement_method,
  settlementDestination: row.settlement_destination,
  description: row.description,
  metadata: row.metadata,
  deliveryPeriodSecs: row.delivery_period,
  timeLockUntil: row.time_lock_until === null ? null : BigInt(row.time_lock_until),
  expectedDeliveryHash: row.expected_delivery_hash,
  deliveryOracle: row.delivery_oracle,
  payer: row.payer,
  recipient: row.recipient,
  mediator: row.mediator,
  signature: row.signature,
  payerAddress: row.payer_address,
  confirmedBy: row.confirmed_by,
  confirmedAt: row.confirmed_at,
  scheduledAt: row.scheduled_at,
  nextAction: row.next_action,
  problem: row.problem,
  phases: row.phases,
  warnings: row.warnings,
  attempt: row.attempt,
  isFinalized: row.is_finalized,
  lockedAt: row.locked_at === null ? null : BigInt(row.locked_at),
  releaseConsent: row.release_consent,
  parts: row.parts ?? [],
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const SELECT = `
  SELECT i.*, (
    SELECT json_agg(json_build_object(
      'part', p.part, 'firstMilestone', p.first_milestone, 'milestones', p.milestone_count, 'state', p.state,
      'policy', p.policy, 'escrow', p.escrow, 'vault', p.vault, 'signature', p.signature, 'slot', p.slot
    ) ORDER BY p.part) FROM milepost_gateway.intent_parts p WHERE p.intent_id = i.id
  ) AS parts, (
    i.scheduled_at IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM milepost_gateway.intent_parts p WHERE p.intent_id = i.id AND p.policy IS NULL
    )
    AND NOT EXISTS (
      SELECT FROM milepost_gateway.chain_jobs j
      WHERE j.subject_id = i.id AND j.state = 'landed' AND j.finalized_at IS NULL
    )
  ) AS is_finalized
  FROM milepost_gateway.payment_intents i`;

/** Writes a new intent. */
export async function insertIntent(transaction: Database, intent: Intent): Promise<void> {
  await transaction.query(
    `INSERT INTO milepost_gateway.payment_intents (
       id, account_id, mode, genesis_hash, status, amount, currency, decimals, type, release_type, auto_release,
       release_condition, settlement_method, settlement_destination, description, metadata, delivery_period,
       time_lock_until, expected_delivery_hash, delivery_oracle, recipient, mediator, next_action, phases, warnings,
       created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
       $25, $26, $26)`,
    [
      intent.id,
      intent.accountId,
      intent.mode,
      intent.genesisHash,
      intent.status,
      intent.amount.toString(),
      intent.currency,
      intent.decimals,
      intent.type,
      intent.releaseType,
      intent.autoRelease,
      intent.releaseCondition,
      intent.settlementMethod,
      intent.settlementDestination,
      intent.description,
      intent.metadata && JSON.stringify(intent.metadata),
      intent.deliveryPeriodSecs,
      intent.timeLockUntil?.toString() ?? null,
      intent.expectedDeliveryHash,
      intent.deliveryOracle,
      intent.recipient,
      intent.mediator,
      intent.nextAction,
      JSON.stringify(intent.phases),
      JSON.stringify(intent.warnings),
      intent.createdAt,
    ],
  );
}

/** Returns an intent by its id alone, for jobs and public pages. */
export async function readIntent(database: Database, id: string): Promise<Intent | null> {
  const [row] = await database.query<IntentRow>(`${SELECT} WHERE i.id = $1`, [id]);
  return row ? toIntent(row) : null;
}

/** Returns the account's intent of this mode, or null for anything else. */
export async function readIntentOf(
  database: Database,
  { accountId, mode }: Pick<Caller, "accountId" | "mode">,
  id: string,
): Promise<Intent | null> {
  const [row] = await database.query<IntentRow>(
    `${SELECT} WHERE i.id = $1 AND i.account_id = $2 AND i.mode = $3`,
    [id, accountId, mode],
  );
  return row ? toIntent(row) : null;
}

/** Returns the account's newest intent of this mode. */
export async function readNewestIntent(
  database: Database,
  { accountId, mode }: Pick<Caller, "accountId" | "mode">,
): Promise<Intent | null> {
  const [row] = await database.query<IntentRow>(
    `${SELECT} WHERE i.account_id = $1 AND i.mode = $2 ORDER BY i.id DESC LIMIT 1`,
    [accountId, mode],
  );
  return row ? toIntent(row) : null;
}

/** Returns one more than the page's limit of the account's intents, the newest first. */
export async function listIntents(
  database: Database,
  { accountId, mode, session }: Caller,
  { limit, after }: Page,
): Promise<Intent[]> {
  const isParty = session?.role === "party";
  const owned = isParty ? "$1 IN (i.payer, i.recipient, i.mediator)" : "i.account_id = $1";
  const rows = await database.query<IntentRow>(
    `${SELECT} WHERE ${owned} AND i.mode = $2 AND ($3::text IS NULL OR i.id < $3) ORDER BY i.id DESC LIMIT $4`,
    [isParty ? session.wallet : accountId, mode, after, limit + 1],
  );
  return rows.map(toIntent);
}

/**
 * Locks the intent's row until the transaction ends: everything that changes an intent, its order or its milestones does so
 * first, so that two changes of one intent never run at once.
 */
export async function lockIntent(transaction: Database, id: string): Promise<void> {
  await transaction.query(
    "SELECT 1 FROM milepost_gateway.payment_intents WHERE id = $1 FOR UPDATE",
    [id],
  );
}

/** Writes changed fields; returns the intent with them. */
export async function updateIntent(
  transaction: Database,
  intent: Intent,
  change: IntentChange,
  now: Date,
): Promise<Intent> {
  await updateRow(transaction, {
    table: "payment_intents",
    where: { id: intent.id },
    columns: CHANGEABLE,
    change,
    now,
  });
  return { ...intent, ...change, updatedAt: now };
}
