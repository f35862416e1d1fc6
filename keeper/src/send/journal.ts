/** Signed bytes are in the store before anything can land. */
import { recordAttempt } from "../store/attempts";
import type { Database, Member } from "../types";
import type { Deliverable } from "./deliver";
import type { Signed } from "./sign";

/** What may be sent from now on, and has to be delivered to its end whatever happens. */
export async function journal(
  database: Database,
  signed: Signed,
  members: readonly Member[],
): Promise<Deliverable> {
  const attempt = { ...signed, members: [...members] };
  await recordAttempt(database, attempt);
  return attempt;
}
