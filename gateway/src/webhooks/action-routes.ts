/** What is done with a webhook endpoint: roll its secret, test it, recover events, read its deliveries; and the public key. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import type { GatewayContext } from "../context";
import { missing } from "../errors/gateway-error";
import { callerOf } from "../http/authenticate";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { optionalBody } from "../http/optional-body";
import { write } from "../http/write";
import { ID_PREFIXES, idPattern } from "../ids/ids";
import { listDeliveries, showDelivery } from "./delivery-store";
import { pingEndpoint, recoverEndpoint, type RecoveryRequest } from "./recover";
import { EndpointParams, WebhookDelivery, WebhookEndpointWithSecret } from "./schema";
import { OVERLAP_HOURS, rollSecret } from "./service";
import { findEndpoint } from "./store";

const TAGS = ["Webhooks"];
const config = { scope: "webhooks:write" } as const;
const idOf = (request: { params: unknown }): string => (request.params as { id: string }).id;

/** Adds the routes. */
export function addActions(app: FastifyInstance, context: GatewayContext): void {
  addSecretRoutes(app, context);
  addPublicKeyRoute(app, context);
  addSendRoutes(app, context);
  addDeliveryRoutes(app, context);
}

function addSecretRoutes(app: FastifyInstance, context: GatewayContext): void {
  app.post(
    "/webhook-endpoints/:id/roll-secret",
    {
      config,
      schema: {
        operationId: "rollWebhookSecret",
        tags: TAGS,
        summary: "Replace the secret; the old one signs as well for some hours",
        params: EndpointParams,
        body: optionalBody(
          Type.Object(
            {
              overlapHours: Type.Optional(
                Type.Integer({
                  minimum: 0,
                  maximum: 168,
                  default: OVERLAP_HOURS,
                  description: "Hours for which the old secret signs as well; 0 ends it at once.",
                }),
              ),
            },
            { additionalProperties: false },
          ),
        ),
        response: { 200: WebhookEndpointWithSecret },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { overlapHours } = (request.body ?? {}) as { overlapHours?: number };
      const body = await rollSecret(context, transaction, caller, idOf(request), overlapHours);
      return { status: 200, hasSecret: true, body };
    }),
  );
}

function addPublicKeyRoute(app: FastifyInstance, context: GatewayContext): void {
  app.get(
    "/webhook-signing-key",
    {
      config: { isPublic: true },
      schema: {
        operationId: "getWebhookSigningKey",
        tags: TAGS,
        summary: "Get the public keys of `v1a` signatures, newest first",
        response: {
          200: Type.Object({
            object: Type.Literal("webhook_signing_key"),
            keys: Type.Array(
              Type.Object({
                id: Type.String(),
                publicKey: Type.String({ description: "`whpk_` and base64 of the ed25519 key." }),
              }),
            ),
          }),
        },
      },
    },
    () => ({
      object: "webhook_signing_key" as const,
      keys: context.secrets.signingKeys.map(({ id, publicKey }) => ({ id, publicKey })),
    }),
  );
}

function addSendRoutes(app: FastifyInstance, context: GatewayContext): void {
  app.post(
    "/webhook-endpoints/:id/test",
    {
      config,
      schema: {
        operationId: "testWebhookEndpoint",
        tags: TAGS,
        summary: "Send a ping to this endpoint alone",
        params: EndpointParams,
        response: { 202: WebhookDelivery },
      },
    },
    write(context, async (transaction, request, caller) => ({
      status: 202,
      body: await pingEndpoint(context, transaction, caller, idOf(request)),
    })),
  );
  app.post(
    "/webhook-endpoints/:id/recover",
    {
      config,
      schema: {
        operationId: "recoverWebhookEndpoint",
        tags: TAGS,
        summary: "Queue every event since a time or after an event again",
        params: EndpointParams,
        body: Type.Object(
          {
            since: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Integer()], {
              description:
                "Unix seconds, an ISO 8601 time, or the id of the last event that you have.",
            }),
            undeliveredOnly: Type.Optional(
              Type.Boolean({ description: "True to leave out what you have answered with 2xx." }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          202: Type.Object({
            object: Type.Literal("webhook_recovery"),
            endpoint: Type.String(),
            queued: Type.Integer(),
          }),
        },
      },
    },
    write(context, async (transaction, request, caller) => ({
      status: 202,
      body: await recoverEndpoint(
        context,
        transaction,
        caller,
        idOf(request),
        request.body as RecoveryRequest,
      ),
    })),
  );
}

function addDeliveryRoutes(instance: FastifyInstance, context: GatewayContext): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/webhook-endpoints/:id/deliveries",
    {
      config,
      schema: {
        operationId: "listWebhookDeliveries",
        tags: TAGS,
        summary: "List the deliveries to an endpoint, those of the newest events first",
        params: EndpointParams,
        querystring: Type.Object(
          {
            ...listQuery("delivery"),
            status: Type.Optional(WebhookDelivery.properties.status),
            event: Type.Optional(Type.String({ pattern: idPattern("event") })),
          },
          { additionalProperties: false },
        ),
        response: { 200: listOf(WebhookDelivery) },
      },
    },
    async (request) => {
      const { status = null, event = null, ...query } = request.query;
      const page = pageOf(query, ID_PREFIXES.delivery);
      const endpoint = await findEndpoint(context.database, callerOf(request), request.params.id);
      if (!endpoint) throw missing("webhook endpoint", request.params.id);
      const filter = { state: status, eventId: event };
      const rows = await listDeliveries(context.database, endpoint.id, page, filter);
      return toList(rows, page, showDelivery);
    },
  );
}
