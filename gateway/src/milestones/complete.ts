/** Completes a milestone: with automatic release it is paid, otherwise the payee's submission goes on chain. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { EscrowOrder } from "../escrow-orders/order";
import { readOrder, updateOrder } from "../escrow-orders/store";
import { confirmInSandbox, lockAndFund } from "../intents/confirm";
import type { Intent } from "../intents/intent";
import { incomplete, plannedAmounts } from "../intents/lock-schedule";
import { isGatewayRelease } from "../intents/release-plan";
import { readIntent } from "../intents/store";
import { enqueueAction } from "./enqueue-action";
import { tellDeclared } from "./events";
import { findMilestone } from "./find";
import type { Milestone } from "./milestone";
import { requireNotOnTheWay } from "./on-the-way";
import { proofHash } from "./proof";
import type { CompleteMilestoneBody } from "./schema";
import { listMilestones, updateMilestone } from "./store";

/** Input of `completeMilestone`. */
export interface Completion {
  caller: Caller;
  chain: ChainRuntime;
  intent: Intent;
  milestoneId: string;
  body: CompleteMilestoneBody;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

/** A milestone whose transaction is asked for; `jobId` is null where none is needed. */
export interface Requested {
  milestone: Milestone;
  jobId: string | null;
}

const refuse = (message: string): GatewayError => new GatewayError("invalid_request", message);

/**
 * Completes a milestone. The same completion again changes nothing, or asks again for a transaction that failed.
 * Throws `GatewayError`: `invalid_request` with the texts that Finternet's users know, `invalid_status`,
 * `conflict`, `schedule_incomplete`, `resource_missing`.
 */
export async function completeMilestone(
  context: GatewayContext,
  transaction: Database,
  completion: Completion,
): Promise<Requested> {
  const { milestoneId, body, time } = completion;
  const before = await findMilestone(transaction, completion.intent, milestoneId);
  requireMilestones(completion.intent);
  requireOwnSignature(completion);
  requireSameProof(before, body);
  requireOpen(before);
  await requireTurn(transaction, before);
  const intent = await moneyIn(context, transaction, completion);
  const order = (await readOrder(transaction, intent.id))!;
  requireNoDispute(order);
  await requireNotOnTheWay(transaction, before, ["refund", "division"]);
  let milestone = await findMilestone(transaction, intent, milestoneId);
  if (milestone.status === "PENDING") {
    milestone = await updateMilestone(
      transaction,
      milestone,
      {
        status: "COMPLETED",
        completedBy: body.completedBy,
        completionProof: body.completionProof ?? null,
        completionProofUri: body.completionProofURI ?? null,
        proofHash: proofHash(body.completionProof ?? milestone.id),
        completedAt: time,
      },
      context.now(),
    );
    await tellDeclared(context, transaction, { intent, order, milestone });
  }
  if (milestone.status !== "COMPLETED") return { milestone, jobId: null };
  return requestPayment(context, transaction, { ...completion, intent, order, milestone });
}

/** An order of another release type has its own way of being completed. */
function requireMilestones({ releaseType }: Intent): void {
  if (releaseType === "MILESTONE_LOCKED") return;
  throw refuse(
    releaseType === "TIME_LOCKED"
      ? "A TIME_LOCKED order is released by time: set its order status to SHIPPED or DELIVERED."
      : "Complete this order with a delivery proof: POST /v1/payment-intents/:id/escrow/delivery-proof.",
  );
}

/** Under the payer's approval the payee's wallet submits the work; only the sandbox has its key. */
function requireOwnSignature({ chain, intent: { id, releaseCondition } }: Completion): void {
  if (chain.sandboxKey || isGatewayRelease(releaseCondition)) return;
  throw new GatewayError(
    "invalid_status",
    "Cannot complete milestone: the payee's wallet must submit it. Request submit_milestone with POST " +
      `/v1/payment-intents/${id}/unsigned-transactions.`,
  );
}

/** The same completion may come twice; with another proof it is another one. */
function requireSameProof(milestone: Milestone, { completionProof }: CompleteMilestoneBody): void {
  if (milestone.completedBy === null) return;
  if (milestone.completionProof === (completionProof ?? null)) return;
  throw refuse("Milestone already completed");
}

/** What ended otherwise cannot be completed any more. */
function requireOpen({ status, completedBy }: Milestone): void {
  if (status === "PENDING" || status === "COMPLETED") return;
  if (status === "RELEASED" && completedBy !== null) return;
  throw refuse(
    status === "RELEASED" ? "Milestone already released" : `Milestone already ended: ${status}`,
  );
}

async function requireTurn(transaction: Database, milestone: Milestone): Promise<void> {
  const { milestoneIndex: index } = milestone;
  if (index === 0 || milestone.status !== "PENDING") return;
  const all = await listMilestones(transaction, milestone.intentId);
  const previous = all.find((each) => each.milestoneIndex === index - 1);
  if (previous && previous.status !== "PENDING") return;
  throw refuse(`Previous milestone (index ${index - 1}) must be completed first`);
}

function requireNoDispute({ orderStatus }: EscrowOrder): void {
  if (orderStatus !== "DISPUTED") return;
  throw new GatewayError(
    "invalid_status",
    "Cannot complete milestone: a dispute is open. Resolve or withdraw it first.",
  );
}

/**
 * Returns the intent with its money in escrow or on its way. The sandbox confirms an intent by itself here, because spec 000
 * never does.
 */
async function moneyIn(
  context: GatewayContext,
  transaction: Database,
  { chain, intent, time }: Completion,
): Promise<Intent> {
  if (["SUCCEEDED", "SETTLED", "FINAL", "REQUIRES_ACTION"].includes(intent.status)) return intent;
  const isSandbox = chain.sandboxKey !== null;
  if (intent.status === "CANCELED" || !isSandbox) {
    throw new GatewayError(
      "invalid_status",
      `Cannot complete milestone: the payment intent is ${intent.status}` +
        (intent.status === "CANCELED"
          ? "."
          : ", and its money is not in escrow. Confirm it first."),
    );
  }
  const isAsked = intent.status === "REQUIRES_SIGNATURE";
  if (intent.scheduledAt !== null && !isAsked) return intent;
  const { amounts, planned } = await plannedAmounts(transaction, intent);
  if (!amounts) throw incomplete(intent, planned);
  if (intent.status === "PROCESSING") {
    return lockAndFund(context, transaction, { intent, chain, time });
  }
  return confirmInSandbox(context, transaction, { intent, chain, body: {}, time });
}

async function requestPayment(
  context: GatewayContext,
  transaction: Database,
  { caller, intent, order, milestone }: Completion & { order: EscrowOrder; milestone: Milestone },
): Promise<Requested> {
  const isRelease = isGatewayRelease(intent.releaseCondition);
  // A key may declare work done without being allowed to pay for it.
  if (isRelease && !caller.scopes.includes("release")) return { milestone, jobId: null };
  if (!isRelease && milestone.completionSignature !== null) return { milestone, jobId: null };
  const jobId = await enqueueAction(context, transaction, {
    intent,
    milestone,
    action: isRelease ? "release_milestone" : "submit_milestone",
    ...(isRelease ? {} : { details: { hash: milestone.proofHash! } }),
  });
  if (isRelease && order.settlementStatus === "NONE") {
    await updateOrder(transaction, order, { settlementStatus: "SCHEDULED" }, context.now());
  }
  const asked = (await readIntent(transaction, intent.id))!;
  return { milestone: await findMilestone(transaction, asked, milestone.id), jobId };
}
