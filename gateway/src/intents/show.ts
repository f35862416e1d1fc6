/** Intents as the API shows them. */
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { formatAmount } from "../money/amount";
import { toSeconds } from "../time/seconds";
import { clientSecretOf } from "./client-secret";
import type { Intent } from "./intent";
import { paymentUrlOf } from "./payment-url";
import type { IntentData, IntentEnvelope } from "./schema";

/** Returns the intent in its envelope. */
export function showIntent(
  { publicUrl }: Pick<GatewayContext, "publicUrl">,
  intent: Intent,
): IntentEnvelope {
  return envelope(dataOf(publicUrl, intent));
}

/** Returns the intent for its own account: with the client secret for the payer's page and wallet. */
export function showOwnIntent(
  context: Pick<GatewayContext, "publicUrl" | "secrets">,
  intent: Intent,
): IntentEnvelope {
  return envelope({
    ...dataOf(context.publicUrl, intent),
    paymentUrl: paymentUrlOf(context, intent),
    client_secret: clientSecretOf(context, intent),
  });
}

/** Returns the intent for a page without a key: no metadata, no bank account, and no text that a client sent about a person. */
export function showPublicIntent(
  { publicUrl }: Pick<GatewayContext, "publicUrl">,
  intent: Intent,
): IntentEnvelope {
  const hidden = {
    ...{ settlementDestination: null, metadata: null, signature: null, deliveryOracle: null },
    payerAddress: intent.payer,
  };
  return envelope({ ...dataOf(publicUrl, intent), ...hidden });
}

/** Returns the intent as its caller may see it: the client secret is the key's, and the platform's own notes are no party's. */
export function showIntentTo(
  context: Pick<GatewayContext, "publicUrl" | "secrets">,
  { session }: Caller,
  intent: Intent,
): IntentEnvelope {
  if (session?.role === "party") return showPublicIntent(context, intent);
  return session ? showIntent(context, intent) : showOwnIntent(context, intent);
}

function envelope(data: IntentData): IntentEnvelope {
  const { id, status, metadata, created, updated } = data;
  return {
    id,
    object: "payment_intent",
    status,
    data,
    ...(metadata ? { metadata } : {}),
    created,
    updated,
  };
}

function dataOf(publicUrl: string, intent: Intent): IntentData {
  const [first] = intent.parts;
  return {
    id: intent.id,
    object: "payment_intent",
    status: intent.status,
    amount: formatAmount(intent.amount, intent.decimals),
    currency: intent.currency,
    type: intent.type,
    description: intent.description,
    settlementMethod: intent.settlementMethod,
    settlementDestination: intent.settlementDestination,
    settlementStatus: intent.settlementStatus,
    releaseType: intent.releaseType,
    autoRelease: intent.autoRelease,
    timeLockUntil: intent.timeLockUntil?.toString() ?? null,
    deliveryPeriod: intent.deliveryPeriodSecs,
    expectedDeliveryHash: intent.expectedDeliveryHash,
    deliveryOracle: intent.deliveryOracle,
    contractAddress: first?.policy ?? null,
    transactionHash: first?.signature ?? null,
    signature: intent.signature,
    signerAddress: intent.payer,
    payerAddress: intent.payerAddress,
    recipientAddress: intent.recipient,
    mediatorAddress: intent.mediator,
    confirmedBy: intent.confirmedBy,
    next_action: intent.nextAction,
    problem: intent.problem,
    finalized: intent.isFinalized,
    phases: intent.phases,
    warnings: intent.warnings,
    parts: intent.parts,
    paymentUrl: `${publicUrl}/pay/${intent.id}`,
    metadata: intent.metadata,
    created: toSeconds(intent.createdAt),
    updated: toSeconds(intent.updatedAt),
  };
}
