/** Carries a party's step to the chain: checked against the newest state, queued, and answered when it is confirmed. */
import type { Database } from "@milepost/database";
import type { FastifyRequest } from "fastify";
import type { Caller } from "../caller/caller";
import { chainOf, type GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { scopedKey } from "../http/idempotency-keys";
import type { Answer, Unfinished } from "../http/write";
import { onChain, refreshProject } from "../projects/chain-state/refresh";
import { requireRole } from "../projects/parties";
import { requireProject } from "../projects/require";
import type { PartyRole, ProjectRow } from "../projects/rows";
import { showMilestone, showProjectTo } from "../projects/show";
import {
  type ActionRow,
  findAction,
  findActionOfKey,
  insertAction,
  type StepPayload,
} from "./action-store";
import { showAction } from "./show-action";
import { type ChainNow, prepareAction, replacePrepared, takeSigned } from "./sign-step";
import { startAction } from "./start-action";
import type { Step } from "./step-rules";

/** A step that the rules allow. */
export interface AllowedStep {
  part: number;
  milestoneId: string | null;
  payload?: StepPayload;
  /** Writes what belongs to the action, such as a submission. */
  record?: (actionId: string) => Promise<void>;
}

/** Input of `performStep`. */
export interface StepRequest {
  kind: Step;
  projectId: string;
  personId: string;
  /** Roles that may take this step. */
  roles: readonly PartyRole[];
  /** Checks the step in the transaction, with the project locked. */
  allow(project: ProjectRow, role: PartyRole): AllowedStep | Promise<AllowedStep>;
}

/** Brings the project up to the chain before the transaction. Returns the chain's time. */
export const prepareStep =
  (context: GatewayContext) =>
  async (request: FastifyRequest, caller: Caller): Promise<bigint> => {
    const { id } = request.params as { id: string };
    return (await refreshProject(context, caller, id)).now;
  };

/**
 * Queues a step in the caller's transaction. The answer waits for its confirmation. Where wallets sign, nothing is queued, and the
 * answer has the unsigned transaction. A request that comes again with its
 * Idempotency-Key after a crash finds the step that it began.
 * Throws `GatewayError` where a rule refuses, and `chain_refused` where the chain does.
 */
export async function performStep(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  key: string | null,
  step: StepRequest,
): Promise<Unfinished> {
  const project = await requireProject(transaction, caller, step.projectId, { isLocked: true });
  const earlier = key === null ? null : await findActionOfKey(transaction, caller, key);
  if (earlier) return { finish: () => resume(context, caller, earlier) };
  const role = requireRole(project, step.personId, step.roles);
  refuseOtherChain(context, project);
  const { part, milestoneId, payload = {}, record } = await step.allow(project, role);
  const actionId = await insertAction(
    transaction,
    {
      project,
      milestoneId,
      part,
      kind: step.kind,
      personId: step.personId,
      payload,
      state: "prepared",
      idempotencyKey: key,
    },
    context.now(),
  );
  await record?.(actionId);
  const action = (await findAction(transaction, actionId))!;
  // A session's own wallet signs, in test mode as well.
  if (caller.session || chainOf(context, caller.mode).sandboxKey === null) {
    await replacePrepared(context, transaction, action);
    return { finish: () => prepareAction(context, caller, action) };
  }
  await startAction(context, transaction, project, action, null);
  return { finish: () => awaitStep(context, caller, actionId) };
}

/** Returns the Idempotency-Key of a request as the database has it; `write` has checked it. */
export function keyOf({ headers, caller }: FastifyRequest): string | null {
  const key = headers["idempotency-key"];
  return typeof key === "string" ? scopedKey(caller ?? {}, key) : null;
}

/** Continues an action whose request comes again: one that waits for signatures gets a new transaction. */
const resume = (context: GatewayContext, caller: Caller, action: ActionRow): Promise<Answer> =>
  action.state === "prepared"
    ? prepareAction(context, caller, action)
    : awaitStep(context, caller, action.id);

/** Takes back a transaction that a wallet signed; answers with its action. Throws `GatewayError`. */
export const performSigned = (
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  given: { projectId: string; transaction: string },
  chainNow: ChainNow,
): Promise<Answer | Unfinished> =>
  takeSigned(context, transaction, caller, given, chainNow, async (actionId) => {
    const action = await awaitAction(context, actionId);
    const body = await showAction(context.database, chainOf(context, caller.mode), action);
    return { status: action.state === "landed" ? 200 : 202, body };
  });

/** Waits for the chain; when it takes too long, the answer is 202 and the step goes on. Throws `GatewayError` (`chain_refused`) for an action that failed. */
async function awaitAction(context: GatewayContext, actionId: string): Promise<ActionRow> {
  const queued = (await findAction(context.database, actionId))!;
  if (queued.job_id !== null) await context.outbox.wait(queued.job_id);
  const action = (await findAction(context.database, actionId))!;
  if (action.state !== "failed") return action;
  throw new GatewayError("chain_refused", `${action.kind}: ${action.error}`);
}

async function awaitStep(
  context: GatewayContext,
  caller: Caller,
  actionId: string,
): Promise<Answer> {
  const action = await awaitAction(context, actionId);
  const now = await onChain(() => chainOf(context, caller.mode).time());
  const project = await requireProject(context.database, caller, action.project_id);
  const body = show(caller, project, action, now);
  return { status: action.state === "landed" ? 200 : 202, body };
}

function show(caller: Caller, project: ProjectRow, { milestone_id }: ActionRow, now: bigint) {
  const milestone = project.milestones.find(({ id }) => id === milestone_id);
  return milestone ? showMilestone(project, milestone, now) : showProjectTo(caller, project, now);
}

function refuseOtherChain({ chains }: GatewayContext, { id, mode, genesis_hash }: ProjectRow) {
  const { genesisHash } = chains[mode]!;
  if (genesis_hash === genesisHash) return;
  throw new GatewayError(
    "conflict",
    `${id} lies on the chain ${genesis_hash}; this gateway serves ${genesisHash}. Create a new project.`,
  );
}
