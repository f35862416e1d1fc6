/** Finds a project of a caller, or refuses. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import { missing } from "../errors/gateway-error";
import type { MilestoneRow, ProjectRow } from "./rows";
import { findProject, type FindOptions } from "./store";

/** Returns a project of the caller. Throws `GatewayError` (`resource_missing`). */
export async function requireProject(
  database: Database,
  caller: Pick<Caller, "accountId" | "mode">,
  id: string,
  options: FindOptions = {},
): Promise<ProjectRow> {
  const project = await findProject(database, caller, id, options);
  if (!project) throw missing("project", id);
  return project;
}

/** Returns a milestone of a project. Throws `GatewayError` (`resource_missing`). */
export function requireMilestone({ milestones }: ProjectRow, id: string): MilestoneRow {
  const milestone = milestones.find((each) => each.id === id);
  if (!milestone) throw missing("milestone", id);
  return milestone;
}
