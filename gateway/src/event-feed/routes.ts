/** `/v1/events`: the account's events of 30 days, to read and to send again. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyInstance } from "fastify";
import type { GatewayContext } from "../context";
import { missing } from "../errors/gateway-error";
import { EVENT_PATTERN } from "../events/patterns";
import { Event } from "../events/schema";
import { findEvent, listEvents, showEvent } from "../events/store";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { optionalBody } from "../http/optional-body";
import { write } from "../http/write";
import { ID_PREFIXES, idPattern } from "../ids/ids";
import { parseTimestamp } from "../time/timestamp";
import { replayEvent } from "../webhooks/recover";
import { WebhookDelivery } from "../webhooks/schema";

const TAGS = ["Events"];

const EventParams = Type.Object(
  { id: Type.String({ pattern: idPattern("event") }) },
  { additionalProperties: false },
);

const Seconds = (description: string) => Type.Optional(Type.Integer({ description }));

/** Refuses milliseconds, which would choose nothing or everything. */
const secondsOf = (value: number | undefined, param: string): number | null =>
  value === undefined ? null : Number(parseTimestamp(value, param));

const EventQuery = Type.Object(
  {
    ...listQuery("event"),
    type: Type.Optional(
      Type.String({
        pattern: EVENT_PATTERN,
        description: "`milestone.completed`, or `milestone.*`.",
      }),
    ),
    object_id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: "Id of the object that changed." }),
    ),
    created_after: Seconds("Unix seconds, inclusive."),
    created_before: Seconds("Unix seconds, inclusive."),
  },
  { additionalProperties: false },
);

/** Routes of events. */
export const eventRoutes: Routes = (context) => (app) => {
  addReads(app, context);
  addReplay(app, context);
  return Promise.resolve();
};

function addReads(instance: FastifyInstance, context: GatewayContext): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const config = { scope: "events:read" } as const;
  app.get(
    "/events",
    {
      config,
      schema: {
        operationId: "listEvents",
        tags: TAGS,
        summary: "List the account's events of this mode, newest first",
        querystring: EventQuery,
        response: { 200: listOf(Event) },
      },
    },
    async (request) => {
      const { type, object_id, created_after, created_before, ...query } = request.query;
      const page = pageOf(query, ID_PREFIXES.event);
      const filter = {
        type: type ?? null,
        objectId: object_id ?? null,
        createdAfter: secondsOf(created_after, "created_after"),
        createdBefore: secondsOf(created_before, "created_before"),
      };
      const rows = await listEvents(context.database, callerOf(request), page, filter);
      return toList(rows, page, showEvent);
    },
  );
  app.get(
    "/events/:id",
    {
      config,
      schema: {
        operationId: "getEvent",
        tags: TAGS,
        summary: "Get an event; it is kept for 30 days",
        params: EventParams,
        response: { 200: Event },
      },
    },
    async (request) => {
      const { id } = request.params;
      const row = await findEvent(context.database, callerOf(request), id);
      if (!row) throw missing("event", id);
      return showEvent(row);
    },
  );
}

function addReplay(app: FastifyInstance, context: GatewayContext): void {
  app.post(
    "/events/:id/replay",
    {
      config: { scope: "webhooks:write" },
      schema: {
        operationId: "replayEvent",
        tags: TAGS,
        summary: "Send an event again, to one webhook endpoint or to all of them",
        params: EventParams,
        body: optionalBody(
          Type.Object(
            { endpoint: Type.Optional(Type.String({ pattern: idPattern("webhookEndpoint") })) },
            { additionalProperties: false },
          ),
        ),
        response: {
          202: Type.Object({
            object: Type.Literal("list"),
            data: Type.Array(WebhookDelivery),
            has_more: Type.Boolean(),
          }),
        },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { endpoint } = (request.body ?? {}) as { endpoint?: string };
      const { id } = request.params as { id: string };
      const data = await replayEvent(context, transaction, caller, id, endpoint ?? null);
      return { status: 202, body: { object: "list", data, has_more: false } };
    }),
  );
}
