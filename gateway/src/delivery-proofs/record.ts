/** Delivery proofs as rows, as the API shows them, and as events. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { EscrowOrder } from "../escrow-orders/order";
import { type ChainProof, recordEvent } from "../events/record";
import type { Intent } from "../intents/intent";
import { isGatewayRelease } from "../intents/release-plan";
import { toSeconds } from "../time/seconds";
import type { DeliveryProofEnvelope } from "./schema";

/** A row. */
export interface ProofRow {
  id: string;
  proof_hash: string;
  proof_uri: string | null;
  submitted_by: string;
  submitted_at: string;
  /** Transaction that carries it as evidence; null where none does. */
  signature: string | null;
  created_at: Date;
}

/** Returns true where the proof is the payee's submission on chain. */
export const isEvidence = ({ releaseType, releaseCondition }: Intent): boolean =>
  (releaseType === "DELIVERY_PROOF" || releaseType === "AUTO_RELEASE") &&
  !isGatewayRelease(releaseCondition);

/** Returns the intent's proof, or null. */
export async function readProof(database: Database, intentId: string): Promise<ProofRow | null> {
  const [row] = await database.query<ProofRow>(
    "SELECT * FROM milepost_gateway.delivery_proofs WHERE intent_id = $1",
    [intentId],
  );
  return row ?? null;
}

/** Records `delivery_proof.submitted` with the proof as it is now. */
export async function tellProof(
  context: GatewayContext,
  transaction: Database,
  { intent, order, row, chain }: ToldProof,
): Promise<void> {
  const { accountId, mode } = intent;
  const type = "delivery_proof.submitted" as const;
  const event = { accountId, mode, type, objectId: row.id, data: showProof(intent, order, row) };
  await recordEvent(transaction, { ...event, ...(chain ? { chain } : {}) }, context.now());
}

interface ToldProof {
  intent: Intent;
  order: EscrowOrder;
  row: ProofRow;
  chain?: ChainProof;
}

/** Notes that the proof is on chain, and tells it; a second landing of it tells nothing. */
export async function tellProofOnChain(
  context: GatewayContext,
  transaction: Database,
  { intent, order, chain }: Omit<ToldProof, "row"> & { chain: ChainProof },
): Promise<void> {
  const [row] = await transaction.query<ProofRow>(
    `UPDATE milepost_gateway.delivery_proofs SET signature = $2
     WHERE intent_id = $1 AND signature IS NULL RETURNING *`,
    [intent.id, chain.signature],
  );
  if (!row || !isEvidence(intent)) return;
  await tellProof(context, transaction, { intent, order, row, chain });
}

/** Returns the proof as the API shows it. */
export function showProof(
  intent: Intent,
  order: EscrowOrder,
  row: ProofRow,
): DeliveryProofEnvelope {
  const created = toSeconds(row.created_at);
  return {
    id: row.id,
    object: "delivery_proof",
    status: "submitted",
    data: {
      id: row.id,
      object: "delivery_proof",
      escrowOrderId: order.id,
      paymentIntentId: intent.id,
      proofHash: `0x${row.proof_hash}`,
      proofURI: row.proof_uri,
      submittedBy: row.submitted_by,
      submittedAt: row.submitted_at,
      transactionHash: row.signature,
      createdAt: new Date(row.created_at).toISOString(),
    },
    created,
    updated: created,
  };
}
