/** Writes down what the chain says about a dispute: mediation, its withdrawal, a repair, or the milestone's end. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { closeDispute, moveDispute } from "../disputes/change";
import type { Dispute, DisputeOutcome } from "../disputes/dispute";
import { isOpen, noteDispute } from "../disputes/note";
import { readNewestDispute } from "../disputes/store";
import { endOf } from "../milestones/milestone-status";
import type { SeenMilestone } from "./apply-milestone";

const OUTCOMES: Record<"RELEASED" | "REFUNDED" | "RESOLVED", DisputeOutcome> = {
  RELEASED: "MERCHANT_WON",
  REFUNDED: "BUYER_WON",
  RESOLVED: "PARTIAL_REFUND",
};

/** Brings the milestone's open dispute to where the chain is. */
export async function applyDispute(
  context: GatewayContext,
  transaction: Database,
  { intent, milestone, held, state, proof }: SeenMilestone,
): Promise<void> {
  const newest = await readNewestDispute(transaction, intent.id);
  const isKnown = newest?.milestoneId === milestone.id && isOpen(newest);
  const dispute = isKnown ? newest : await noteRaised(context, transaction, { milestone, held });
  if (!dispute) return;
  const end = endOf(held.state, held);
  const change = { intent, dispute, chain: proof };
  if (end) {
    // A payment or a refund of the whole milestone decides nothing about the dispute.
    const outcome = held.state === "resolved" ? OUTCOMES[end] : null;
    await closeDispute(context, transaction, {
      ...change,
      status: "resolved",
      outcome,
      at: state.updatedAt,
    });
    return;
  }
  if (!dispute.isOnChain) return;
  if (held.state === "mediation" && dispute.status === "raised") {
    await moveDispute(context, transaction, { ...change, status: "in_mediation" });
  } else if (held.state === "submitted" && dispute.signature !== null) {
    // Withdrawn by the payer, or repaired by the payee: the review goes on either way.
    await closeDispute(context, transaction, {
      ...change,
      status: "withdrawn",
      outcome: null,
      at: state.updatedAt,
    });
  } else if (held.state === "disputed" && dispute.signature === null) {
    await moveDispute(context, transaction, { ...change, status: "raised" });
  }
}

/** The payer's wallet may have raised a dispute without the gateway: only its hash is known then. */
async function noteRaised(
  context: GatewayContext,
  transaction: Database,
  { milestone, held }: Pick<SeenMilestone, "milestone" | "held">,
): Promise<Dispute | null> {
  const { state, disputedAt, reasonHash } = held;
  if (state !== "disputed" && state !== "mediation") return null;
  const reason =
    "The payer raised it on chain without a text; only the hash of the reason is known.";
  const hash = reasonHash ?? "";
  const seen = { milestone, reason, raisedBy: "payer", hash, at: disputedAt ?? 0n };
  return noteDispute(context, transaction, seen);
}
