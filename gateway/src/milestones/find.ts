/** Finds a milestone that a request names. */
import type { Database } from "@milepost/database";
import { missing } from "../errors/gateway-error";
import type { Milestone } from "./milestone";
import { readMilestone } from "./store";

/** Returns the intent's milestone. Throws `GatewayError` (`resource_missing`). */
export async function findMilestone(
  database: Database,
  { id }: { id: string },
  milestoneId: string,
): Promise<Milestone> {
  const found = await readMilestone(database, id, milestoneId);
  if (!found) throw missing("milestone", milestoneId);
  return found;
}
