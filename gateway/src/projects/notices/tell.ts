/** Tells parties of a project what happened: inbox and mail, in the transaction of the change. Webhooks have its event. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../../context";
import { notify } from "../../notifications/notify";
import type { ProjectRow } from "../rows";
import type { Notice } from "./notice";

/** Writes a notice. `at` is the chain's time. */
export async function tellParties(
  context: Pick<GatewayContext, "now">,
  transaction: Database,
  { project, milestoneId, at }: { project: ProjectRow; milestoneId: string | null; at: bigint },
  { roles, ...notice }: Notice,
): Promise<void> {
  const recipients = roles.map((role) => {
    const { id: personId, email } = project.parties[role];
    return { personId, addresses: email === null ? [] : [email] };
  });
  const owner = { accountId: project.account_id, mode: project.mode };
  await notify(
    transaction,
    owner,
    { ...notice, recipients, projectId: project.id, milestoneId, at },
    context.now(),
  );
}
