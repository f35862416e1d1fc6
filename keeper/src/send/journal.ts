/** Signed bytes are in the store before anything can land. */
import { type Journaled, recordAttempt } from "../store/attempts";
import type { AttemptMember, Database } from "../types";
import type { Signed } from "./sign";

/**
 * Stores what was signed. From then on it may be sent, and has to be delivered to its end whatever happens. `fence` runs
 * first in the same transaction: when it throws, nothing is stored and nothing may be sent.
 */
export async function journal(
  database: Database,
  signed: Signed,
  members: readonly AttemptMember[],
  fence: (transaction: Database) => Promise<void>,
): Promise<Journaled> {
  const attempt = { ...signed, members: [...members] };
  await database.transaction(async (transaction) => {
    await fence(transaction);
    await recordAttempt(transaction, attempt);
  });
  return attempt;
}
