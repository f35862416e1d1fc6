/** Stores signed bytes before anything can land. */
import type { Database } from "@milepost/database";
import { type AttemptMember, type Journaled, recordAttempt } from "../store/attempts";
import type { Signed } from "./sign";

/**
 * Stores a signed transaction. From then on it may be sent, and must be delivered to its end. `fence` runs first in
 * the same transaction: when it throws, nothing is stored and nothing may be sent.
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
