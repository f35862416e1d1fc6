/** Takes a delivery proof: the order is DELIVERED, and what waited for it goes on. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { moveOrder } from "../escrow-orders/deliver";
import type { EscrowOrder } from "../escrow-orders/order";
import { releaseWhenDue } from "../escrow-orders/release-when-due";
import { updateOrder } from "../escrow-orders/store";
import { newId } from "../ids/ids";
import type { Intent } from "../intents/intent";
import { withPhase } from "../intents/phases";
import { isGatewayRelease } from "../intents/release-plan";
import { updateIntent } from "../intents/store";
import { enqueueAction } from "../milestones/enqueue-action";
import { proofHash } from "../milestones/proof";
import { tellDeclared } from "../milestones/events";
import { listMilestones, updateMilestone } from "../milestones/store";
import { isEvidence, type ProofRow, readProof, showProof, tellProof } from "./record";
import type { DeliveryProofBody, DeliveryProofEnvelope } from "./schema";

/** Input of `submitProof`. */
export interface NewProof {
  intent: Intent;
  chain: ChainRuntime;
  order: EscrowOrder;
  body: DeliveryProofBody;
  /** True where the key may release money. */
  mayRelease: boolean;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

const isSame = (row: ProofRow, { proofURI, submittedBy }: DeliveryProofBody, hash: string) =>
  row.proof_hash === hash &&
  row.proof_uri === (proofURI ?? null) &&
  row.submitted_by === submittedBy;

/**
 * Writes the proof; the same one again asks for a payment that failed or was not asked for. Returns the job of the payment, where one is asked for.
 * Throws `GatewayError`: `invalid_request`, `invalid_status`.
 */
export async function submitProof(
  context: GatewayContext,
  transaction: Database,
  proof: NewProof,
): Promise<{ body: DeliveryProofEnvelope; jobId: string | null }> {
  const { intent, order, body, mayRelease, time } = proof;
  const hash = proofHash(body.proofHash);
  const before = await readProof(transaction, intent.id);
  if (before) {
    if (isSame(before, body, hash)) {
      const jobId = await payAgain(context, transaction, proof);
      return { body: showProof(intent, order, before), jobId };
    }
    throw new GatewayError("invalid_request", "Delivery proof already submitted for this order");
  }
  requireExpected(intent, hash);
  requireOrderStatus(order);
  const row = await insertProof(context, transaction, { ...proof, hash });
  const at = Number(time);
  const phases = withPhase(intent.phases, "AWAITING_DELIVERY_PROOF", "COMPLETED", at);
  const changed = await updateIntent(transaction, intent, { phases }, context.now());
  const noted = await updateOrder(transaction, order, { deliveryHash: hash }, context.now());
  await moveOrder(context, transaction, {
    intent: changed,
    order: noted,
    to: "DELIVERED",
    mayRelease,
  });
  // As evidence on chain, it is told with the transaction that carries it.
  if (!isEvidence(intent)) await tellProof(context, transaction, { intent, order, row });
  const jobId = await payFor(context, transaction, { ...proof, intent: changed, hash });
  return { body: showProof(intent, order, row), jobId };
}

/** Asks for the payment of an order that its proof completed, but that is not paid. */
async function payAgain(
  context: GatewayContext,
  transaction: Database,
  { intent, order, mayRelease }: NewProof,
): Promise<string | null> {
  if (!mayRelease || order.orderStatus === "DISPUTED") return null;
  if (intent.releaseType === "TIME_LOCKED") {
    await releaseWhenDue(context, transaction, intent, { order, mayRelease });
    return null;
  }
  if (intent.releaseType === "MILESTONE_LOCKED") return null;
  if (!isGatewayRelease(intent.releaseCondition)) return null;
  const [milestone] = await listMilestones(transaction, intent.id);
  if (milestone?.status !== "COMPLETED") return null;
  const action = "release_milestone";
  return enqueueAction(context, transaction, { intent, milestone, action });
}

function requireExpected({ expectedDeliveryHash }: Intent, hash: string): void {
  if (expectedDeliveryHash === null || proofHash(expectedDeliveryHash) === hash) return;
  throw new GatewayError(
    "invalid_request",
    `proofHash: expected ${proofHash(expectedDeliveryHash)}, as the intent says, received ${hash}`,
    { param: "proofHash" },
  );
}

function requireOrderStatus({ orderStatus }: EscrowOrder): void {
  if (["CREATED", "SHIPPED", "DELIVERED"].includes(orderStatus)) return;
  throw new GatewayError(
    "invalid_status",
    `Cannot submit delivery proof: order status is ${orderStatus}, must be CREATED, SHIPPED or DELIVERED`,
  );
}

async function insertProof(
  context: GatewayContext,
  transaction: Database,
  { intent, body, time, hash }: NewProof & { hash: string },
): Promise<ProofRow> {
  const now = context.now();
  const [row] = await transaction.query<ProofRow>(
    `INSERT INTO milepost_gateway.delivery_proofs (id, intent_id, proof_hash, proof_uri, submitted_by, submitted_at, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *`,
    [
      newId("deliveryProof", now),
      intent.id,
      hash,
      body.proofURI ?? null,
      body.submittedBy,
      time.toString(),
      now,
    ],
  );
  return row!;
}

/** DELIVERY_PROOF and AUTO_RELEASE are completed by the proof: it is the evidence on chain. */
async function payFor(
  context: GatewayContext,
  transaction: Database,
  { intent, order, chain, body, mayRelease, time, hash }: NewProof & { hash: string },
): Promise<string | null> {
  if (intent.releaseType !== "DELIVERY_PROOF" && intent.releaseType !== "AUTO_RELEASE") return null;
  const isRelease = isGatewayRelease(intent.releaseCondition);
  // The payee's wallet submits: the proof waits for its transaction.
  if (!isRelease && !chain.sandboxKey) return null;
  const [milestone] = await listMilestones(transaction, intent.id);
  if (!milestone || milestone.status !== "PENDING") return null;
  const completed = await updateMilestone(
    transaction,
    milestone,
    {
      status: "COMPLETED",
      completedBy: body.submittedBy,
      completionProof: body.proofHash,
      completionProofUri: body.proofURI ?? null,
      proofHash: hash,
      completedAt: time,
    },
    context.now(),
  );
  await tellDeclared(context, transaction, { intent, order, milestone: completed });
  if (isRelease && !mayRelease) return null;
  return enqueueAction(context, transaction, {
    intent,
    milestone: completed,
    action: isRelease ? "release_milestone" : "submit_milestone",
    ...(isRelease ? {} : { details: { hash } }),
  });
}
