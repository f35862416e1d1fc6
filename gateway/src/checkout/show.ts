/** Shows a payment to its payer: everything that they agree to with their signature, and nothing of the platform's own notes. */
import { toEscrowTerms } from "@milepost/sdk";
import { placeOf } from "../chain";
import { type GatewayFees, readGatewayFees } from "../chain/gateway-fees";
import { chainOf, type GatewayContext } from "../context";
import type { Intent } from "../intents/intent";
import { plannedAmounts } from "../intents/lock-schedule";
import { listParts } from "../intents/parts-store";
import { consentText, needsConsent } from "../intents/release-consent";
import { readAccountName } from "../keys/store";
import { formatAmount } from "../money/amount";
import { feeOf } from "../money/split";
import { actionUrlOf } from "./find-payment";
import { obstacleTo } from "./obstacle";
import { releaseText, silenceText } from "./release-text";
import type { Checkout } from "./schema";

/** Returns what the payer's page shows. Throws the chain's errors: the fees stand there. */
export async function showCheckout(context: GatewayContext, intent: Intent): Promise<Checkout> {
  const { database } = context;
  const chain = chainOf(context, intent.mode);
  const mint = chain.mints[intent.currency]!;
  const terms =
    intent.releaseType === null
      ? null
      : toEscrowTerms({ deliveryGraceSecs: intent.deliveryPeriodSecs });
  const parts = await listParts(database, intent.id);
  const { timeLockUntil } = intent;
  return {
    amount: formatAmount(intent.amount, intent.decimals),
    currency: intent.currency,
    mint: mint.mint.toBase58(),
    decimals: mint.decimals,
    description: intent.description,
    merchant: { name: await readAccountName(database, intent.accountId) },
    payee: intent.recipient,
    mediator: intent.mediator,
    status: intent.status,
    releaseType: intent.releaseType,
    release: releaseText(intent),
    silence: silenceText(intent, terms),
    terms: terms && {
      reviewPeriodSecs: terms.reviewPeriodSecs,
      disputeWindowSecs: terms.disputeWindowSecs,
      mediationDelaySecs: terms.mediationDelaySecs,
      mediationTimeoutSecs: terms.mediationTimeoutSecs,
      deliveryGraceSecs: terms.deliveryGraceSecs,
      timeoutRecipientBps: terms.timeoutRecipientBps,
      timeLockUntil: timeLockUntil?.toString() ?? null,
    },
    ...(await showMoney(context, intent, await readGatewayFees(chain))),
    parts: {
      total: parts.length,
      left: parts.filter(({ policy }) => policy === null).length,
    },
    consent: await showConsent(context, intent),
    obstacle: await obstacleTo(context, intent),
    actionUrl: actionUrlOf(context, intent),
  };
}

async function showMoney(
  { database }: GatewayContext,
  intent: Intent,
  { gatewayFeeBps, protocolFeeBps }: GatewayFees,
): Promise<Pick<Checkout, "milestones" | "fees">> {
  const text = (units: bigint): string => formatAmount(units, intent.decimals);
  const { amounts, milestones } = await plannedAmounts(database, intent);
  const shown = (amounts ?? []).map((amount, index) => {
    const fee = feeOf(amount, gatewayFeeBps) + feeOf(amount, protocolFeeBps);
    const description = milestones[index]?.description ?? intent.description;
    return { index, description, amount, fee, part: placeOf(index).part };
  });
  const total = shown.reduce((sum, { fee }) => sum + fee, 0n);
  const paid = shown.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    milestones: shown.map(({ amount, fee, ...rest }) => ({
      ...rest,
      amount: text(amount),
      fee: text(fee),
      net: text(amount - fee),
    })),
    fees: { gatewayFeeBps, protocolFeeBps, total: text(total), net: text(paid - total) },
  };
}

async function showConsent(
  { database, publicUrl }: GatewayContext,
  intent: Intent,
): Promise<Checkout["consent"]> {
  if (!(await needsConsent(database, intent))) return { needed: false, message: null };
  return { needed: intent.releaseConsent === null, message: consentText(publicUrl, intent) };
}
