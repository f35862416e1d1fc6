/** Signed bytes are in the store before anything can land. */
import { type Journaled, recordAttempt } from "../store/attempts";
import type { AttemptMember, Database } from "../types";
import type { Signed } from "./sign";

/** What may be sent from now on, and has to be delivered to its end whatever happens. */
export async function journal(
  database: Database,
  signed: Signed,
  members: readonly AttemptMember[],
): Promise<Journaled> {
  const attempt = { ...signed, members: [...members] };
  await recordAttempt(database, attempt);
  return attempt;
}
