/** The two servers: ChainFreight and ChainPay, each with its paths at the root. */
import type { FastifyInstance } from "fastify";
import { Type } from "@sinclair/typebox";
import type { GatewayContext } from "../../context";
import { type App, createServer } from "../../http/app";
import { type RequestLimitOptions, requestLimits } from "../../http/request-limits";
import { describeRoutes } from "../../openapi/describe";
import { serveDocument } from "../../openapi/routes";
import { addAudits } from "../audit/routes";
import { addPaymentIntents } from "../payment-intents/routes";
import { addSchedules } from "../schedules/routes";
import { addSettlements } from "../settlements/routes";
import { addShipmentEvents } from "../shipment-events/routes";
import { addShipments } from "../shipments/routes";
import { addTokens } from "../tokens/routes";
import { FREIGHT_APIS } from "./document";
import { answerWithDetail } from "./error-body";
import { acceptJson } from "./json-body";
import { authenticateFreight } from "./keyless";

/** Settings of the freight API. */
export interface FreightSettings {
  /** Account of requests without a key on a loopback address; null to ask everybody for a key. */
  keylessAccountId: string | null;
  /** URL that scores shipments; null for the default score. */
  scorerUrl: string | null;
  /** Requests per key and per address; null for no limits. */
  rateLimits: RequestLimitOptions | null;
}

/** Builds ChainFreight; it does not listen yet. */
export function buildChainFreight(
  context: GatewayContext,
  settings: FreightSettings,
): Promise<FastifyInstance> {
  return build(context, settings, { status: "ok", service: "chainfreight" }, (app) => {
    addShipments(app, context);
    addTokens(app, context, settings);
    addShipmentEvents(app, context);
  });
}

/** Builds ChainPay; it does not listen yet. */
export function buildChainPay(
  context: GatewayContext,
  settings: FreightSettings,
): Promise<FastifyInstance> {
  const health = { status: "ok", service: "chainpay", version: "1.0.0" } as const;
  return build(context, settings, health, (app) => {
    addPaymentIntents(app, context);
    addSchedules(app, context);
    addSettlements(app, context);
    addAudits(app, context);
  });
}

async function build(
  context: GatewayContext,
  { keylessAccountId, rateLimits }: FreightSettings,
  health: { service: "chainfreight" | "chainpay" } & Record<string, string>,
  addRoutes: (app: App) => void,
): Promise<FastifyInstance> {
  const app = createServer(context);
  acceptJson(app);
  answerWithDetail(app);
  const limits = rateLimits && requestLimits(context, rateLimits);
  app.addHook("onRequest", authenticateFreight(context, keylessAccountId, limits));
  await describeRoutes(app, FREIGHT_APIS[health.service]);
  serveDocument(app);
  const schema = {
    operationId: "getHealth",
    tags: ["Health"],
    summary: "Say that the service runs",
    response: { 200: Type.Record(Type.String(), Type.String()) },
  };
  app.get("/health", { config: { isPublic: true }, schema }, () => health);
  addRoutes(app);
  return app;
}
