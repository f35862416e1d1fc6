/** The code of every kind of job; each resource registers its own. */
import type { GatewayContext } from "./context";
import { registerFreightHandlers } from "./freight/start-freight";
import { registerIntentJobs } from "./intents/jobs";
import { registerProjectJobs } from "./project-steps/jobs";

/** Functions that register handlers with `context.outbox`, called at the start of a process before its outbox starts. */
export const JOB_HANDLERS: readonly ((context: GatewayContext) => void)[] = [
  // One per line: resources are added side by side.
  registerIntentJobs,
  registerFreightHandlers,
  registerProjectJobs,
];
