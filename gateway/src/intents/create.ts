/** Creates payment intents. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { ChainRuntime } from "../chain/chain-runtime";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { insertOrder } from "../escrow-orders/store";
import { newId } from "../ids/ids";
import { recordIntentEvent } from "./events";
import type { Intent } from "./intent";
import { type IntentTerms, parseTerms } from "./intent-terms";
import { type IntentParties, partiesOf } from "./parties";
import { planRelease } from "./release-plan";
import type { CreateIntentBody, SettlementMethod } from "./schema";
import { insertIntent } from "./store";

/** Input of `createIntent`. */
export interface NewIntent {
  caller: Caller;
  chain: ChainRuntime;
  body: CreateIntentBody;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

/**
 * Creates an intent with its escrow order.
 * Throws `GatewayError`: `invalid_request`, `settlement_method_unavailable`.
 */
export async function createIntent(
  context: GatewayContext,
  transaction: Database,
  { caller, chain, body, time }: NewIntent,
): Promise<Intent> {
  const mint = chain.mints[body.currency];
  if (!mint) {
    throw new GatewayError(
      "invalid_request",
      `currency: expected ${Object.keys(chain.mints).join(" or ")} (${caller.mode} mode of this gateway), received ${body.currency}`,
      { param: "currency" },
    );
  }
  requireSettlement(chain, body.settlementMethod);
  const terms = parseTerms(body, mint.decimals);
  const { funding } = planRelease({ ...terms, isPayeeKey: false });
  const parties = await partiesOf(transaction, { caller, chain, body, funding });
  const { decimals } = mint;
  const intent = intentOf({ context, caller, chain, body, terms, parties, decimals, time });
  await insertIntent(transaction, intent);
  if (terms.releaseType !== null) await insertOrder(transaction, intent, context.now());
  await recordIntentEvent(context, transaction, { name: "created", intent });
  return intent;
}

/** Refuses what would only pretend to reach a bank. */
function requireSettlement(chain: ChainRuntime, method: SettlementMethod): void {
  const available: SettlementMethod[] = chain.sandboxKey
    ? ["OFF_RAMP_MOCK", "ON_CHAIN"]
    : ["ON_CHAIN"];
  if (available.includes(method)) return;
  throw new GatewayError(
    "settlement_method_unavailable",
    `settlementMethod: expected ${available.join(" or ")}, received ${method}. ` +
      "This gateway is connected to no bank: the payee receives tokens.",
    { param: "settlementMethod" },
  );
}

function intentOf({
  context,
  caller,
  chain,
  body,
  terms,
  parties,
  decimals,
  time,
}: NewIntent & {
  context: GatewayContext;
  terms: IntentTerms;
  parties: IntentParties;
  decimals: number;
}): Intent {
  const now = context.now();
  const { recipient, mediator, isPayeeKey } = parties;
  return {
    id: newId("intent", now),
    accountId: caller.accountId,
    mode: caller.mode,
    genesisHash: chain.genesisHash,
    status: "INITIATED",
    settlementStatus: null,
    amount: terms.amount,
    currency: body.currency,
    decimals,
    type: terms.type,
    releaseType: terms.releaseType,
    autoRelease: terms.autoRelease,
    releaseCondition: planRelease({ ...terms, isPayeeKey }).releaseCondition,
    settlementMethod: body.settlementMethod,
    settlementDestination: body.settlementDestination,
    description: body.description ?? null,
    metadata: body.metadata ?? null,
    deliveryPeriodSecs: terms.deliveryPeriodSecs,
    timeLockUntil: terms.timeLockUntil,
    expectedDeliveryHash: body.expectedDeliveryHash ?? null,
    deliveryOracle: body.deliveryOracle ?? null,
    payer: null,
    recipient,
    mediator,
    signature: null,
    payerAddress: null,
    confirmedBy: null,
    confirmedAt: null,
    scheduledAt: null,
    nextAction: terms.releaseType === "MILESTONE_LOCKED" ? "create_milestones" : "confirm",
    problem: null,
    phases: [],
    warnings: warningsOf(terms, parties, time),
    attempt: 0,
    isFinalized: false,
    lockedAt: null,
    releaseConsent: null,
    parts: [],
    createdAt: now,
    updatedAt: now,
  };
}

function warningsOf(
  { timeLockUntil, type, autoRelease, releaseType }: IntentTerms,
  { isPayeeKey }: IntentParties,
  time: bigint,
): string[] {
  const warnings: string[] = [];
  if (timeLockUntil !== null && timeLockUntil <= time) {
    warnings.push(
      `timeLockUntil ${timeLockUntil} is not in the future: the money is released as soon as the order is SHIPPED or DELIVERED.`,
    );
  }
  const isAutomatic = autoRelease || releaseType === "AUTO_RELEASE" || timeLockUntil !== null;
  if (isPayeeKey && isAutomatic && type === "DELIVERY_VS_PAYMENT") warnings.push(OWN_WALLET);
  return warnings;
}

const OWN_WALLET =
  "The payee's wallet belongs to this account, so the account cannot release the money. The payer approves, or their silence does.";
