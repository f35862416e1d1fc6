/** Rows of the people that an account's projects have as parties. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { Page } from "../http/list";
import { newId } from "../ids/ids";
import { updateRow } from "../rows/update-row";

/** A person of an account. */
export interface PersonRow {
  id: string;
  name: string;
  /** Address for mails. */
  email: string | null;
  /** Base58; null in test mode, where the sandbox's keys sign. */
  wallet: string | null;
}

/** A person with the time of their creation. */
export interface DatedPerson extends PersonRow {
  created_at: Date;
}

/** Writes a person; returns them. */
export async function insertPerson(
  transaction: Database,
  { accountId, mode }: Pick<Caller, "accountId" | "mode">,
  person: Omit<PersonRow, "id">,
  now: Date,
): Promise<DatedPerson> {
  const id = newId("person", now);
  await transaction.query(
    `INSERT INTO milepost_gateway.persons (id, account_id, mode, name, email, wallet, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, accountId, mode, person.name, person.email, person.wallet, now],
  );
  return { id, ...person, created_at: now };
}

const COLUMNS = "id, name, email, wallet, created_at";

/** Returns a person of the caller's account and mode, or null. */
export async function findPerson(
  database: Database,
  { accountId, mode }: Pick<Caller, "accountId" | "mode">,
  id: string,
): Promise<DatedPerson | null> {
  const [row] = await database.query<DatedPerson>(
    `SELECT ${COLUMNS} FROM milepost_gateway.persons WHERE id = $1 AND account_id = $2 AND mode = $3`,
    [id, accountId, mode],
  );
  return row ?? null;
}

/** Returns one more than the page's limit of the account's people, newest first. */
export function listPersons(
  database: Database,
  { accountId, mode }: Pick<Caller, "accountId" | "mode">,
  { limit, after }: Page,
): Promise<DatedPerson[]> {
  return database.query<DatedPerson>(
    `SELECT ${COLUMNS} FROM milepost_gateway.persons
     WHERE account_id = $1 AND mode = $2 AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [accountId, mode, after, limit + 1],
  );
}

/** Changes fields of a person of the caller's account and mode. */
export async function updatePerson(
  transaction: Database,
  { accountId, mode }: Pick<Caller, "accountId" | "mode">,
  id: string,
  change: Partial<Omit<PersonRow, "id">>,
): Promise<void> {
  await updateRow(transaction, {
    table: "persons",
    where: { id, account_id: accountId, mode },
    columns: { name: "name", email: "email", wallet: "wallet" },
    change,
  });
}
