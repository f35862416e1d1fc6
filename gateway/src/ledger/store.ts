/** Rows of the ledger: append-only, one entry per effect. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { Currency } from "../chain/chain-runtime";
import type { Mode } from "../caller/mode";
import type { Page } from "../http/list";
import { newId } from "../ids/ids";
import type { EntryType, LedgerEntry } from "./ledger-entry";

/** Input of `addEntry`. */
export type NewEntry = Omit<LedgerEntry, "id" | "net" | "createdAt"> & {
  /** Names the effect within the intent, such as `RELEASE:milestone_...`: a second entry of it is not written. */
  effect: string;
};

/** Writes an entry; returns false when the effect has one already. */
export async function addEntry(
  transaction: Database,
  entry: NewEntry,
  now: Date,
): Promise<boolean> {
  const rows = await transaction.query(
    `INSERT INTO milepost_gateway.ledger_entries (
       id, account_id, mode, intent_id, milestone_id, type, amount, fee, net, currency, decimals, policy, destination,
       signature, slot, occurred_at, effect, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
     ON CONFLICT (intent_id, effect) DO NOTHING RETURNING id`,
    [
      newId("ledgerEntry", now),
      entry.accountId,
      entry.mode,
      entry.intentId,
      entry.milestoneId,
      entry.type,
      entry.amount.toString(),
      entry.fee.toString(),
      (entry.amount - entry.fee).toString(),
      entry.currency,
      entry.decimals,
      entry.policy,
      entry.destination,
      entry.signature,
      entry.slot,
      entry.occurredAt.toString(),
      entry.effect,
      now,
    ],
  );
  return rows.length > 0;
}

/** Entries to take back. */
export interface TakenBack {
  intentId: string;
  /** Null for an object whose entries have none. */
  milestoneId: string | null;
  types: readonly EntryType[];
  /** Number of the attempt whose transaction is gone. */
  attempt: number;
}

/** Writes a negative entry for what the milestone's entries of these types sum to: the ledger is append-only. */
export async function takeEntriesBack(
  transaction: Database,
  { intentId, milestoneId, types, attempt }: TakenBack,
  now: Date,
): Promise<void> {
  for (const type of types) {
    const rows = await transaction.query<EntryRow>(
      `SELECT * FROM milepost_gateway.ledger_entries
       WHERE intent_id = $1 AND milestone_id IS NOT DISTINCT FROM $2 AND type = $3 ORDER BY id`,
      [intentId, milestoneId, type],
    );
    const entries = rows.map(toEntry);
    const last = entries.at(-1);
    const sum = (of: (entry: LedgerEntry) => bigint): bigint =>
      entries.reduce((all, entry) => all + of(entry), 0n);
    const amount = sum((entry) => entry.amount);
    if (!last || amount === 0n) continue;
    const fee = -sum((entry) => entry.fee);
    const effect = `TAKEN_BACK:${type}:${milestoneId}:${attempt}`;
    await addEntry(transaction, { ...last, amount: -amount, fee, effect }, now);
  }
}

interface EntryRow {
  id: string;
  account_id: string;
  mode: Mode;
  intent_id: string;
  milestone_id: string | null;
  type: EntryType;
  amount: string;
  fee: string;
  net: string;
  currency: Currency;
  decimals: number;
  policy: string | null;
  destination: string | null;
  signature: string | null;
  slot: string | null;
  occurred_at: string;
  created_at: Date;
}

const toEntry = (row: EntryRow): LedgerEntry => ({
  id: row.id,
  accountId: row.account_id,
  mode: row.mode,
  intentId: row.intent_id,
  milestoneId: row.milestone_id,
  type: row.type,
  amount: BigInt(row.amount),
  fee: BigInt(row.fee),
  net: BigInt(row.net),
  currency: row.currency,
  decimals: row.decimals,
  policy: row.policy,
  destination: row.destination,
  signature: row.signature,
  slot: row.slot === null ? null : Number(row.slot),
  occurredAt: BigInt(row.occurred_at),
  createdAt: row.created_at,
});

/** Filter of a list of entries; null for all. */
export interface EntryFilter {
  intentId: string | null;
  type: EntryType | null;
}

/** Returns one more than the page's limit of the account's entries, the newest first. */
export async function listEntries(
  database: Database,
  { accountId, mode }: Caller,
  { intentId, type }: EntryFilter,
  { limit, after }: Page,
): Promise<LedgerEntry[]> {
  const rows = await database.query<EntryRow>(
    `SELECT * FROM milepost_gateway.ledger_entries
     WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR id < $3)
       AND ($5::text IS NULL OR intent_id = $5) AND ($6::text IS NULL OR type = $6)
     ORDER BY id DESC LIMIT $4`,
    [accountId, mode, after, limit + 1, intentId, type],
  );
  return rows.map(toEntry);
}

/** Returns the base units of an intent that were sent off to the platform's destination. */
export async function settledOf(database: Database, intentId: string): Promise<bigint> {
  const [row] = await database.query<{ net: string }>(
    `SELECT coalesce(sum(net), 0) AS net FROM milepost_gateway.ledger_entries
     WHERE intent_id = $1 AND type = 'SETTLEMENT'`,
    [intentId],
  );
  return BigInt(row!.net);
}

/** Returns how many entries of a type an object has, and their sum in base units. */
export async function entriesOf(
  database: Database,
  intentId: string,
  type: EntryType,
): Promise<{ count: number; amount: bigint }> {
  const [row] = await database.query<{ count: number; amount: string }>(
    `SELECT count(*)::integer AS count, coalesce(sum(amount), 0)::text AS amount
     FROM milepost_gateway.ledger_entries WHERE intent_id = $1 AND type = $2`,
    [intentId, type],
  );
  return { count: row!.count, amount: BigInt(row!.amount) };
}

/** Sums of one currency, in base units. */
export interface CurrencySums {
  currency: Currency;
  decimals: number;
  reserved: bigint;
  released: bigint;
  fees: bigint;
  refunded: bigint;
  settled: bigint;
}

/** Returns the account's sums per currency. */
export async function sumEntries(
  database: Database,
  { accountId, mode }: Caller,
): Promise<CurrencySums[]> {
  const rows = await database.query<Record<keyof CurrencySums, string>>(
    `SELECT currency, max(decimals) AS decimals,
       coalesce(sum(amount) FILTER (WHERE type = 'RESERVE'), 0) AS reserved,
       coalesce(sum(amount) FILTER (WHERE type = 'RELEASE'), 0) AS released,
       coalesce(sum(fee) FILTER (WHERE type = 'RELEASE'), 0) AS fees,
       coalesce(sum(amount) FILTER (WHERE type = 'REFUND'), 0) AS refunded,
       coalesce(sum(amount) FILTER (WHERE type = 'SETTLEMENT'), 0) AS settled
     FROM milepost_gateway.ledger_entries WHERE account_id = $1 AND mode = $2
     GROUP BY currency ORDER BY currency`,
    [accountId, mode],
  );
  return rows.map((row) => ({
    currency: row.currency as Currency,
    decimals: Number(row.decimals),
    reserved: BigInt(row.reserved),
    released: BigInt(row.released),
    fees: BigInt(row.fees),
    refunded: BigInt(row.refunded),
    settled: BigInt(row.settled),
  }));
}
