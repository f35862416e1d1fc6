/** What happens to the payee's money after its release, and when an intent is SETTLED. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import type { EscrowOrder } from "../escrow-orders/order";
import { isFinal } from "../status/status-machine";
import { recordOrderEvent } from "../escrow-orders/events";
import { ORDER_TRANSITIONS } from "../escrow-orders/order-status";
import { readOrder, updateOrder } from "../escrow-orders/store";
import type { ChainProof } from "../events/record";
import { settledOf } from "../ledger/store";
import type { Milestone } from "../milestones/milestone";
import { MILESTONE_TRANSITIONS } from "../milestones/milestone-status";
import { listMilestones } from "../milestones/store";
import { changeStatus } from "./change-status";
import { recordIntentEvent } from "./events";
import { enqueueFinal } from "./finality-jobs";
import type { Intent } from "./intent";
import { withPhase } from "./phases";
import { readIntent, updateIntent } from "./store";

/** Seconds of the chain's time that the mock of an off-ramp takes. */
export const OFF_RAMP_SECS = 10n;

/** Begins what follows a release: the mock of an off-ramp takes ten seconds, on chain nothing is left to do. */
export async function startSettlement(
  context: GatewayContext,
  transaction: Database,
  {
    intent: { id },
    milestone,
    proof,
  }: { intent: Intent; milestone: Milestone; proof: ChainProof | null },
): Promise<void> {
  let intent = (await readIntent(transaction, id))!;
  if (intent.settlementMethod === "OFF_RAMP_MOCK") {
    await context.outbox.enqueue(transaction, {
      accountId: intent.accountId,
      mode: intent.mode,
      kind: "off_ramp",
      subjectId: intent.id,
      dedupeKey: `off_ramp:${milestone.id}:${milestone.attempt}`,
      payload: { intentId: intent.id, milestoneId: milestone.id, attempt: milestone.attempt },
      notBefore: milestone.releasedAt! + OFF_RAMP_SECS,
    });
  }
  if (intent.settlementStatus === "IN_PROGRESS" || intent.settlementStatus === "COMPLETED") return;
  const phases = withPhase(
    intent.phases,
    "SETTLEMENT",
    "IN_PROGRESS",
    Number(milestone.releasedAt),
  );
  const change = { settlementStatus: "IN_PROGRESS", phases } as const;
  intent = await updateIntent(transaction, intent, change, context.now());
  await recordIntentEvent(context, transaction, {
    name: "settlement_initiated",
    intent,
    chain: proof ?? undefined,
  });
}

const isEnded = ({ status }: Milestone): boolean => isFinal(MILESTONE_TRANSITIONS, status);

/** Ends the order when every milestone has ended, and the intent when the payee's money is where it belongs. */
export async function settle(
  context: GatewayContext,
  transaction: Database,
  { intent, at, proof }: { intent: Intent; at: bigint; proof: ChainProof | null },
): Promise<void> {
  const milestones = await listMilestones(transaction, intent.id);
  if (milestones.length === 0 || !milestones.every(isEnded)) return;
  const net = milestones.reduce((sum, { paid, fee }) => sum + paid - fee, 0n);
  const order = await readOrder(transaction, intent.id);
  if (order) await endOrder(context, transaction, { intent, order, isPaid: net > 0n, proof });
  if (intent.status !== "SUCCEEDED") return;
  if (net === 0n) {
    const change = { nextAction: null, settlementStatus: null };
    await changeStatus(context, transaction, {
      intent,
      to: "CANCELED",
      change,
      chain: proof ?? undefined,
    });
    return;
  }
  const isMock = intent.settlementMethod === "OFF_RAMP_MOCK";
  if (isMock && (await settledOf(transaction, intent.id)) < net) return;
  const phases = withPhase(intent.phases, "SETTLEMENT", "COMPLETED", Number(at));
  const settled = await changeStatus(context, transaction, {
    intent,
    to: "SETTLED",
    change: { settlementStatus: "COMPLETED", phases, nextAction: null },
    chain: proof ?? undefined,
  });
  await recordIntentEvent(context, transaction, {
    name: "settlement_completed",
    intent: settled,
    chain: proof ?? undefined,
  });
  await enqueueFinal(context, transaction, settled, at);
}

async function endOrder(
  context: GatewayContext,
  transaction: Database,
  {
    intent,
    order,
    isPaid,
    proof,
  }: { intent: Intent; order: EscrowOrder; isPaid: boolean; proof: ChainProof | null },
): Promise<void> {
  if (isFinal(ORDER_TRANSITIONS, order.orderStatus)) return;
  // The mock stays at EXECUTED, as spec 002 prints it.
  const paid = intent.settlementMethod === "OFF_RAMP_MOCK" ? "EXECUTED" : "CONFIRMED";
  const change = isPaid
    ? ({ orderStatus: "COMPLETED", settlementStatus: paid } as const)
    : ({ orderStatus: "CANCELLED", settlementStatus: "CANCELLED" } as const);
  await updateOrder(
    transaction,
    order,
    {
      ...change,
      endedFrom: order.disputedFrom ?? order.orderStatus,
      disputedFrom: null,
      reclaimableAt: null,
    },
    context.now(),
  );
  const type = "escrow_order.status_changed" as const;
  await recordOrderEvent(context, transaction, { type, intent, chain: proof });
}
