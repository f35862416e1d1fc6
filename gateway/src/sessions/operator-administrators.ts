/** Adds, lists and removes administrators at the operator's command line, with entries of the audit log. */
import type { Database } from "@milepost/database";
import { recordAudit } from "../audit/record";
import { SCOPES } from "../caller/caller";
import { isAddress } from "../chain";
import { OperatorError } from "../keys/operator";
import { addAdministrator, removeAdministrator } from "./administrators";

/** A wallet that acts for an account. */
export interface AdministratorRow {
  accountId: string;
  accountName: string;
  /** Base58. */
  address: string;
  createdAt: Date;
}

/** Account and wallet of a command. */
export interface NamedAdministrator {
  accountId: string;
  address: string;
}

/**
 * Adds an administrator; one that is there already stays.
 * Throws `OperatorError` for a text that is not an address, and where there is no such account.
 */
export function grantAdministrator(
  database: Database,
  { accountId, address }: NamedAdministrator,
  now: Date,
): Promise<void> {
  if (!isAddress(address)) {
    throw new OperatorError(`expected a Solana address (base58, 32 bytes), received ${address}`);
  }
  return database.transaction(async (transaction) => {
    const [account] = await transaction.query(
      "SELECT 1 FROM milepost_gateway.accounts WHERE id = $1",
      [accountId],
    );
    if (!account) {
      throw new OperatorError(
        `no account has the id ${accountId}; \`keys list\` shows the accounts`,
      );
    }
    await addAdministrator(transaction, accountId, address, now);
    await record(transaction, "administrator.added", { accountId, address }, now);
  });
}

/** Removes an administrator; their next request is refused. Throws `OperatorError` where there was none. */
export function revokeAdministrator(
  database: Database,
  { accountId, address }: NamedAdministrator,
  now: Date,
): Promise<void> {
  return database.transaction(async (transaction) => {
    if (!(await removeAdministrator(transaction, accountId, address))) {
      throw new OperatorError(
        `${address} is not an administrator of ${accountId}; \`administrators list\` shows them`,
      );
    }
    await record(transaction, "administrator.removed", { accountId, address }, now);
  });
}

/** Both modes have the administrator; the entry is in the log of each. */
async function record(
  transaction: Database,
  action: string,
  { accountId, address }: NamedAdministrator,
  now: Date,
): Promise<void> {
  for (const mode of ["test", "live"] as const) {
    const caller = { accountId, mode, keyId: "operator", scopes: SCOPES };
    const entry = { action, objectId: accountId, requestId: "command", details: { address } };
    await recordAudit(transaction, caller, entry, now);
  }
}

/** Returns the administrators of an account, or of every account when null, oldest first. */
export async function listAdministrators(
  database: Database,
  accountId: string | null,
): Promise<AdministratorRow[]> {
  const rows = await database.query<AdministratorRow>(
    `SELECT m.account_id AS "accountId", a.name AS "accountName", m.address, m.created_at AS "createdAt"
     FROM milepost_gateway.account_administrators m JOIN milepost_gateway.accounts a ON a.id = m.account_id
     WHERE $1::text IS NULL OR m.account_id = $1 ORDER BY m.account_id, m.created_at, m.address`,
    [accountId],
  );
  return rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt) }));
}
