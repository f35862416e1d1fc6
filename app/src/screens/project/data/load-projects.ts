/** Loads the projects in which the session's wallet is a party. */
import { dataOf, type Gateway } from "../../../gateway";
import type { Project } from "../rules/types";

/** Loads every page of the projects of the session's wallet. Throws `GatewayProblem`. */
export async function loadProjects({ client }: Gateway, signal: AbortSignal): Promise<Project[]> {
  const all: Project[] = [];
  let after: string | undefined;
  for (;;) {
    const query = { limit: 100, ...(after ? { starting_after: after } : {}) };
    const page = await dataOf(client.GET("/v1/projects", { params: { query }, signal }));
    all.push(...page.data);
    const last = page.data.at(-1);
    if (!page.has_more || !last) return all;
    after = last.id;
  }
}
