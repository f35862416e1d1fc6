/** Creates spec 001's renovation: a finalized project between the sandbox's own wallets. */
import { recordAudit } from "../audit/record";
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import type { CreateProject } from "../projects/schema";
import { createProject, finalizeProject, readForFinalization } from "../projects/service";

const RENOVATION: CreateProject = {
  title: "Kitchen at 12 Elm Street",
  projectType: "kitchen_renovation",
  size: "small",
  amount: "1000.00",
  currency: "USDC",
  homeowner: { name: "Ada" },
  contractor: { name: "Brook & Sons" },
  mediator: { name: "Carol" },
};

/** Creates the project and fixes its schedule; returns its id. Throws the chain's errors. */
export async function createDemoProject(
  context: GatewayContext,
  caller: Caller,
  requestId: string,
): Promise<string> {
  const read = await readForFinalization(context, caller);
  return context.database.transaction(async (transaction) => {
    const draft = await createProject(context, transaction, caller, RENOVATION, read.now);
    const { id, homeowner } = draft;
    await finalizeProject(context, transaction, caller, { id, party: homeowner.id }, read);
    const entry = { action: "demo.project", objectId: id, requestId };
    await recordAudit(transaction, caller, entry, context.now());
    return id;
  });
}
