/** `/v1/events/stream`: the account's events as they happen, by Server-Sent Events. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyPluginAsync, FastifyReply } from "fastify";
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { EVENT_PATTERN } from "../events/patterns";
import { callerOf, keyOf } from "../http/authenticate";
import { idPattern } from "../ids/ids";
import { findCaller } from "../keys/store";
import { EventStream } from "./event-stream";
import { currentPosition, type Position, positionOf } from "../events/positions";
import { StreamHub, type StreamSettings } from "./stream-hub";

const StreamQuery = Type.Object(
  {
    last_event_id: Type.Optional(
      Type.String({
        pattern: idPattern("event"),
        description: "Same as the header `Last-Event-ID`, which takes precedence.",
      }),
    ),
    type: Type.Optional(Type.String({ pattern: EVENT_PATTERN })),
    object_id: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  { additionalProperties: false },
);

/** Streams of a context: the routes exist under two prefixes, which share the limits. */
const hubs = new WeakMap<GatewayContext, StreamHub>();

/** Returns the routes of the stream; settings count for the first call of a context. */
export const streamRoutesWith =
  (settings: StreamSettings = {}) =>
  (context: GatewayContext): FastifyPluginAsync =>
  (instance) => {
    const hub = hubs.get(context) ?? new StreamHub(context, settings);
    hubs.set(context, hub);
    instance.addHook("preClose", (done) => {
      hub.close();
      done();
    });
    const app = instance.withTypeProvider<TypeBoxTypeProvider>();
    app.get(
      "/events/stream",
      {
        config: { scope: "events:read" },
        schema: {
          operationId: "streamEvents",
          tags: ["Events"],
          summary: "Stream the account's events; resumes after `Last-Event-ID`",
          description:
            "The answer does not end. A comment comes every 15 seconds: without one for 30 seconds, connect again.",
          querystring: StreamQuery,
          response: { 200: { content: { "text/event-stream": { schema: Type.String() } } } },
        },
      },
      async (request, reply) => {
        const caller = callerOf(request);
        const { type = null, object_id: objectId = null, last_event_id: fromQuery } = request.query;
        const header = request.headers["last-event-id"];
        const last = (typeof header === "string" && header !== "" ? header : fromQuery) ?? null;
        hub.checkRoom(caller);
        const position = await startOf(context, caller, last);
        hub.checkRoom(caller);
        const stream = openStream(reply, caller, position, { type, objectId });
        const text = keyOf(request) ?? "";
        const mayRead = async () =>
          (await findCaller(context.database, text, context.now())) !== null;
        reply.raw.once("close", hub.add(stream, mayRead));
      },
    );
    return Promise.resolve();
  };

/** Routes of the stream. */
export const streamRoutes = streamRoutesWith();

/** Throws `GatewayError` (`resource_missing`) for an event that the account does not have, or that is not kept any more. */
async function startOf(
  { database }: GatewayContext,
  caller: Caller,
  lastEventId: string | null,
): Promise<Position> {
  if (lastEventId === null) return currentPosition(database);
  const position = await positionOf(database, caller, lastEventId);
  if (position) return position;
  throw new GatewayError(
    "resource_missing",
    `No such event: ${lastEventId.slice(0, 64)}. Events are kept for 30 days: read GET /v1/events, then connect without Last-Event-ID.`,
    { param: "Last-Event-ID" },
  );
}

function openStream(
  reply: FastifyReply,
  owner: Caller,
  position: Position,
  filter: ConstructorParameters<typeof EventStream>[2],
): EventStream {
  const headers = { ...reply.getHeaders() } as Record<string, string>;
  reply.hijack();
  reply.raw.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    // A proxy must not collect the answer.
    "x-accel-buffering": "no",
  });
  reply.raw.write("retry: 2000\n: connected\n\n");
  return new EventStream(owner, position, filter, reply.raw);
}
