/** `/payment_intents` of ChainPay. */
import { Type } from "@sinclair/typebox";
import type { GatewayContext } from "../../context";
import type { App } from "../../http/app";
import { callerOf } from "../../http/authenticate";
import { readChainTime } from "../../http/chain-time";
import { optionalBody } from "../../http/optional-body";
import { write } from "../../http/write";
import { recommendationOf } from "../risk";
import { listUnder, pageOf, PageQuery } from "../server/page";
import { PaymentStatusSchema } from "../settlements/show";
import { showTime } from "../wire";
import {
  CreateIntent,
  IntentParams,
  IntentSchema,
  RiskAssessment,
  RiskTierSchema,
  SettleIntent,
  SettlementResponse,
} from "./schema";
import { completeIntent, createIntent, findIntent, settleIntent } from "./service";
import { showIntent } from "./show";
import { listIntents } from "./store";

const tags = ["Payment intents"];

const idOf = (params: unknown): bigint => BigInt((params as { payment_id: number }).payment_id);

/** Adds the routes of payment intents. */
export function addPaymentIntents(app: App, context: GatewayContext): void {
  app.post(
    "/payment_intents",
    {
      config: { scope: "freight:write" },
      schema: {
        operationId: "createPaymentIntent",
        tags,
        summary: "Create a payment intent on a freight token",
        body: CreateIntent,
        response: { 201: IntentSchema },
      },
    },
    write(context, async (transaction, request, caller) => {
      const body = request.body as CreateIntent;
      const intent = await createIntent(context, transaction, caller, body);
      return { status: 201, body: showIntent(intent) };
    }),
  );
  addReads(app, context);
  addAssess(app, context);
  addSettle(app, context);
  addComplete(app, context);
}

function addReads(app: App, context: GatewayContext): void {
  app.get(
    "/payment_intents",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "listPaymentIntents",
        tags,
        summary: "List payment intents by id",
        querystring: Type.Object(
          {
            ...PageQuery,
            status: Type.Optional(PaymentStatusSchema),
            risk_tier: Type.Optional(RiskTierSchema),
          },
          { additionalProperties: false },
        ),
        response: { 200: listUnder("payment_intents", IntentSchema) },
      },
    },
    async (request) => {
      const { status, risk_tier: tier } = request.query;
      const filter = { ...pageOf(request.query), status: status ?? null, tier: tier ?? null };
      const found = await listIntents(context.database, callerOf(request), filter);
      return { total: found.total, payment_intents: found.intents.map(showIntent) };
    },
  );
  app.get(
    "/payment_intents/:payment_id",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "getPaymentIntent",
        tags,
        summary: "Retrieve a payment intent",
        params: IntentParams,
        response: { 200: IntentSchema },
      },
    },
    async (request) =>
      showIntent(await findIntent(context.database, callerOf(request), idOf(request.params))),
  );
}

function addAssess(app: App, context: GatewayContext): void {
  app.post(
    "/payment_intents/:payment_id/assess_risk",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "assessRisk",
        tags,
        summary: "Say what a payment's risk means for its settlement",
        params: IntentParams,
        response: { 200: RiskAssessment },
      },
    },
    async (request) => {
      const intent = await findIntent(context.database, callerOf(request), idOf(request.params));
      const { delay, action } = recommendationOf(intent.riskTier);
      return {
        payment_intent_id: Number(intent.id),
        freight_token_id: Number(intent.freightTokenId),
        risk_score: intent.riskScore,
        risk_category: intent.riskCategory,
        risk_tier: intent.riskTier,
        settlement_delay: delay,
        recommended_action: action,
        created_at: showTime(intent.createdAt),
      };
    },
  );
}

function addSettle(app: App, context: GatewayContext): void {
  app.post(
    "/payment_intents/:payment_id/settle",
    {
      config: { scope: "release" },
      schema: {
        operationId: "settlePaymentIntent",
        tags,
        summary: "Settle a payment by its risk",
        description:
          "Low risk is approved, medium risk 24 hours later, high risk only with force_approval. An approval releases what events have unlocked so far, and nothing else.",
        params: IntentParams,
        body: optionalBody(SettleIntent),
        response: { 200: SettlementResponse },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const input = {
          id: idOf(request.params),
          body: (request.body ?? {}) as SettleIntent,
          time,
        };
        const { intent, decision, released } = await settleIntent(
          context,
          transaction,
          caller,
          input,
        );
        return {
          status: 200,
          body: {
            payment_intent_id: Number(intent.id),
            status: intent.status,
            action_taken: decision.action,
            settlement_approved_at: showTime(intent.settlementApprovedAt),
            settlement_delayed_until: showTime(intent.settlementDelayedUntil),
            settlement_reason: decision.reason,
            milestone_settlements_released: released,
          },
        };
      },
      readChainTime(context),
    ),
  );
}

function addComplete(app: App, context: GatewayContext): void {
  app.post(
    "/payment_intents/:payment_id/complete",
    {
      config: { scope: "freight:write" },
      schema: {
        operationId: "completePaymentIntent",
        tags,
        summary: "Confirm that the chain has paid every milestone",
        params: IntentParams,
        response: { 200: IntentSchema },
      },
    },
    write(context, async (transaction, request, caller) => ({
      status: 200,
      body: showIntent(await completeIntent(transaction, caller, idOf(request.params))),
    })),
  );
}
