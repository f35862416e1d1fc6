/** `/v1/webhook-endpoints`: create, read, change, remove. `action-routes.ts` has what is done with an endpoint. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import type { GatewayContext } from "../context";
import { missing } from "../errors/gateway-error";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { write } from "../http/write";
import { ID_PREFIXES } from "../ids/ids";
import { addActions } from "./action-routes";
import {
  EndpointParams,
  NewWebhookEndpoint,
  WebhookEndpoint,
  WebhookEndpointChange,
  WebhookEndpointWithSecret,
} from "./schema";
import { changeEndpoint, createEndpoint, removeEndpoint } from "./service";
import { findEndpoint, listEndpoints, showEndpoint } from "./store";

const TAGS = ["Webhooks"];
const config = { scope: "webhooks:write" } as const;

/** Routes of webhook endpoints. */
export const webhookRoutes: Routes = (context) => (app) => {
  addReads(app, context);
  addWrites(app, context);
  addDeletion(app, context);
  addActions(app, context);
  return Promise.resolve();
};

function addReads(instance: FastifyInstance, context: GatewayContext): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/webhook-endpoints",
    {
      config,
      schema: {
        operationId: "listWebhookEndpoints",
        tags: TAGS,
        summary: "List the account's webhook endpoints of this mode",
        querystring: Type.Object(listQuery("webhookEndpoint"), { additionalProperties: false }),
        response: { 200: listOf(WebhookEndpoint) },
      },
    },
    async (request) => {
      const page = pageOf(request.query, ID_PREFIXES.webhookEndpoint);
      const rows = await listEndpoints(context.database, callerOf(request), page);
      return toList(rows, page, showEndpoint);
    },
  );
  app.get(
    "/webhook-endpoints/:id",
    {
      config,
      schema: {
        operationId: "getWebhookEndpoint",
        tags: TAGS,
        summary: "Get a webhook endpoint",
        params: EndpointParams,
        response: { 200: WebhookEndpoint },
      },
    },
    async (request) => {
      const { id } = request.params;
      const row = await findEndpoint(context.database, callerOf(request), id);
      if (!row) throw missing("webhook endpoint", id);
      return showEndpoint(row);
    },
  );
}

function addWrites(app: FastifyInstance, context: GatewayContext): void {
  app.post(
    "/webhook-endpoints",
    {
      config,
      schema: {
        operationId: "createWebhookEndpoint",
        tags: TAGS,
        summary: "Create a webhook endpoint; the answer shows its secret, once",
        body: NewWebhookEndpoint,
        response: { 201: WebhookEndpointWithSecret },
      },
    },
    write(context, async (transaction, request, caller) => ({
      status: 201,
      hasSecret: true,
      body: await createEndpoint(context, transaction, caller, request.body as NewWebhookEndpoint),
    })),
  );
  app.patch(
    "/webhook-endpoints/:id",
    {
      config,
      schema: {
        operationId: "updateWebhookEndpoint",
        tags: TAGS,
        summary: "Change, enable or disable a webhook endpoint",
        params: EndpointParams,
        body: WebhookEndpointChange,
        response: { 200: WebhookEndpoint },
      },
    },
    write(context, async (transaction, request, caller) => ({
      status: 200,
      body: await changeEndpoint(
        context,
        transaction,
        caller,
        (request.params as { id: string }).id,
        request.body as WebhookEndpointChange,
      ),
    })),
  );
}

function addDeletion(app: FastifyInstance, context: GatewayContext): void {
  app.delete(
    "/webhook-endpoints/:id",
    {
      config,
      schema: {
        operationId: "deleteWebhookEndpoint",
        tags: TAGS,
        summary: "Delete a webhook endpoint and its deliveries",
        params: EndpointParams,
        response: {
          200: Type.Object({
            id: Type.String(),
            object: Type.Literal("webhook_endpoint"),
            deleted: Type.Literal(true),
          }),
        },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { id } = request.params as { id: string };
      await removeEndpoint(transaction, caller, id);
      return { status: 200, body: { id, object: "webhook_endpoint", deleted: true } };
    }),
  );
}
