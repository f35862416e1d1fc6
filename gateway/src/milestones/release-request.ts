/** Tells whether a key with the scope `release` has asked for a milestone's payment. The request is its job, which stays. */
import type { Database } from "@milepost/database";
import type { Milestone } from "./milestone";

/**
 * SQL condition on a table `milestone`: somebody asked for its payment. A job with `due` is the clock's: nobody asked for it.
 */
export const IS_RELEASE_REQUESTED = `EXISTS (
  SELECT FROM milepost_gateway.chain_jobs job
  WHERE job.subject_id = milestone.intent_id AND job.kind = 'release_milestone'
    AND job.payload->>'milestoneId' = milestone.id AND job.payload->>'due' IS NULL)`;

/** Returns true once a key with the scope `release` has asked for the milestone's payment, even if that failed. */
export async function isReleaseRequested(
  database: Database,
  { id }: Pick<Milestone, "id">,
): Promise<boolean> {
  const rows = await database.query(
    `SELECT 1 FROM milepost_gateway.milestones milestone WHERE milestone.id = $1 AND ${IS_RELEASE_REQUESTED}`,
    [id],
  );
  return rows.length > 0;
}
