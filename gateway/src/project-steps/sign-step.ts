/** Steps that wallets sign: the gateway builds the transaction, takes back only these bytes, and its sponsor signs last. */
import type { Database } from "@milepost/database";
import type { FastifyRequest } from "fastify";
import type { Caller } from "../caller/caller";
import { readBlockHeight, readReturned } from "../chain";
import { chainOf, type GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Answer, Unfinished } from "../http/write";
import { refreshProject } from "../projects/chain-state/refresh";
import { requireProject } from "../projects/require";
import type { ProjectRow } from "../projects/rows";
import { acceptSigned, prepareSigning } from "../signing/service";
import { lockSigning, type SigningRow } from "../signing/store";
import { type ActionRow, failAction, findAction, listPrepared } from "./action-store";
import { buildStep } from "./build-step";
import { fundSandboxWallet } from "./fund-wallet";
import { showAction } from "./show-action";
import { startAction } from "./start-action";
import { requireStillPossible } from "./step-rules";

/** Fails the earlier actions that wait for signatures to do the same: only the newest transaction counts. */
export async function replacePrepared(
  context: GatewayContext,
  transaction: Database,
  action: ActionRow,
): Promise<void> {
  for (const earlier of await listPrepared(transaction, action)) {
    await failAction(transaction, earlier, "A newer request replaced it.", context.now());
  }
}

/**
 * Builds the transaction of an action and answers with it. Runs outside any transaction.
 * Throws `GatewayError` and the SDK's errors, in which case the action stays `prepared` without a transaction.
 */
export async function prepareAction(
  context: GatewayContext,
  caller: Caller,
  action: ActionRow,
): Promise<Answer> {
  const { accountId, mode } = caller;
  const chain = chainOf(context, mode);
  const project = await requireProject(context.database, caller, action.project_id);
  await fundSandboxWallet(chain, project, action);
  await prepareSigning(
    context,
    {
      accountId,
      mode,
      objectId: project.id,
      purpose: action.kind,
      payload: { actionId: action.id },
    },
    await buildStep(chain, project, action),
  );
  return { status: 202, body: await showAction(context.database, chain, action) };
}

/** What the chain says before a signed transaction is taken. */
export interface ChainNow {
  /** The chain's time. */
  now: bigint;
  height: number;
}

/** Brings the project up to the chain before the transaction. */
export const prepareSigned =
  (context: GatewayContext) =>
  async (request: FastifyRequest, caller: Caller): Promise<ChainNow> => {
    const { id } = request.params as { id: string };
    const { now } = await refreshProject(context, caller, id);
    return { now, height: await readBlockHeight(chainOf(context, caller.mode)) };
  };

/**
 * Takes back a transaction that a wallet signed. With all signatures it is queued; the project's state must still allow the step.
 * The same transaction may come again: the answer is then what became of it.
 * Throws `GatewayError`: `signature_verification_failed`, `transaction_expired`, `conflict`, `rate_limit_exceeded`, and what the
 * rules of the step throw.
 */
export async function takeSigned(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  given: { projectId: string; transaction: string },
  chainNow: ChainNow,
  awaitAction: (actionId: string) => Promise<Answer>,
): Promise<Answer | Unfinished> {
  const { accountId, mode } = caller;
  const project = await requireProject(transaction, caller, given.projectId, { isLocked: true });
  const subject = { accountId, mode, objectId: project.id };
  const { messageHash } = readReturned(given.transaction);
  const known = await lockSigning(transaction, { ...subject, messageHash });
  if (known?.isCompleted) return { finish: () => awaitAction(actionIdOf(known)) };
  const accepted = await acceptSigned(context, transaction, {
    ...subject,
    transaction: given.transaction,
    height: chainNow.height,
  });
  const action = (await findAction(transaction, actionIdOf(accepted)))!;
  requirePrepared(project, action, chainNow.now);
  if (accepted.state === "incomplete") {
    const chain = chainOf(context, mode);
    return { status: 202, body: await showAction(transaction, chain, action) };
  }
  await startAction(context, transaction, project, action, accepted.signed);
  return { finish: () => awaitAction(action.id) };
}

const actionIdOf = ({ payload }: Pick<SigningRow, "payload">): string =>
  payload["actionId"] as string;

/** The project may have changed since the transaction was built. */
function requirePrepared(project: ProjectRow, action: ActionRow, now: bigint): void {
  if (action.state !== "prepared") {
    throw new GatewayError(
      "conflict",
      `The step ${action.kind} (${action.id}) is ${action.state}. ${action.error ?? ""} Sign the newest transaction.`,
    );
  }
  requireStillPossible(project, action, now);
}
