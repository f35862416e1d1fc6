/** Payments by any wallet: the same transactions as a confirmation hands out, for the holder of the intent's client secret. */
import type { Database } from "@milepost/database";
import { recordAudit } from "../audit/record";
import { actionUrlOf, secretCaller } from "../checkout/find-payment";
import { obstacleTo } from "../checkout/obstacle";
import { releaseText } from "../checkout/release-text";
import { chainOf, type GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { readChainTime } from "../http/chain-time";
import { confirmLanded, verifyLanded } from "../intents/confirm-landed";
import type { Intent } from "../intents/intent";
import { listParts } from "../intents/parts-store";
import { offerPart } from "../intents/self-sent";
import { lockIntent, readIntent } from "../intents/store";
import { describePayment, priceOf } from "./describe";
import type { AccountBody, ActionView, SentBody, TransactionView } from "./schema";

/** Returns what a wallet shows of the payment. */
export async function showAction(context: GatewayContext, intent: Intent): Promise<ActionView> {
  const problem = await obstacleTo(context, intent);
  const base = {
    icon: `${context.publicUrl}/actions/icon.svg`,
    title: intent.description ?? "Payment",
    description: describePayment(intent),
  };
  if (problem?.code === "paid") return { type: "completed", ...base, label: "Paid" };
  const label = await labelOf(context.database, intent);
  const href = actionUrlOf(context, intent);
  return {
    type: "action",
    ...base,
    label,
    ...(problem ? { disabled: true, error: { message: problem.message } } : {}),
    links: { actions: [{ type: "transaction", label, href }] },
  };
}

async function labelOf(database: Database, intent: Intent): Promise<string> {
  const parts = await listParts(database, intent.id);
  const free = parts.filter(({ policy }) => policy === null);
  return parts.length > 1 && free.length > 0
    ? `Pay part ${parts.length - free.length + 1} of ${parts.length}`
    : `Pay ${priceOf(intent)}`;
}

/**
 * Returns the transaction with which the account pays the next part. The wallet signs and sends it; while it may land, the same
 * account gets the same bytes.
 * Throws `GatewayError`: `invalid_status`, and what a confirmation throws.
 */
export async function offerTransaction(
  context: GatewayContext,
  intent: Intent,
  { account }: AccountBody,
  requestId: string,
): Promise<TransactionView> {
  const problem = await obstacleTo(context, intent);
  if (problem) throw new GatewayError("invalid_status", problem.message);
  const caller = secretCaller(intent);
  const time = await readChainTime(context)(null, caller);
  const chain = chainOf(context, intent.mode);
  const offer = await context.database.transaction(async (transaction) => {
    await lockIntent(transaction, intent.id);
    const current = (await readIntent(transaction, intent.id))!;
    const body = { payerAddress: account };
    const entry = { action: "action.offered", objectId: intent.id, requestId };
    await recordAudit(transaction, caller, { ...entry, details: { account } }, context.now());
    return offerPart(context, transaction, { intent: current, chain, body, time });
  });
  const { transaction } = await offer();
  const offered = (await readIntent(context.database, intent.id))!;
  return {
    type: "transaction",
    transaction,
    message: `You pay ${priceOf(offered)}. ${releaseText(offered)}`,
    links: { next: { type: "post", href: actionUrlOf(context, intent, "/sent") } },
  };
}

/**
 * Takes a wallet's word that its transaction landed, verifies it on chain, and returns what comes next: another part, or the end.
 * Throws `GatewayError`: `signature_verification_failed`, `conflict`, `invalid_state_transition`.
 */
export async function noteLanded(
  context: GatewayContext,
  intent: Intent,
  { account, signature }: SentBody,
  requestId: string,
): Promise<ActionView> {
  const chain = chainOf(context, intent.mode);
  const caller = secretCaller(intent);
  const time = await readChainTime(context)(null, caller);
  const landed = await verifyLanded(context, { intent, chain, signature, payerAddress: account });
  await context.database.transaction(async (transaction) => {
    await lockIntent(transaction, intent.id);
    const current = (await readIntent(transaction, intent.id))!;
    const entry = { action: "action.landed", objectId: intent.id, requestId };
    await recordAudit(transaction, caller, { ...entry, details: { signature } }, context.now());
    await confirmLanded(context, transaction, { intent: current, landed, body: {}, time });
  });
  context.outbox.wake();
  return showAction(context, (await readIntent(context.database, intent.id))!);
}
