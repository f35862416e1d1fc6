/** `/v1/inbox`: what a person was told, newest first. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import { callerOf } from "../http/authenticate";
import type { Routes } from "../http/app";
import { listOf, pageOf, toList } from "../http/list";
import { write } from "../http/write";
import { ID_PREFIXES } from "../ids/ids";
import { findPerson } from "../persons/store";
import { ADMINISTRATORS, InboxQuery, Notification, NotificationParams } from "./schema";
import { showNotification } from "./show";
import { listNotifications, markNotification } from "./store";

/** Routes of the inbox. */
export const inboxRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/inbox",
    {
      config: { scope: "projects:read", namesObject: true, party: "inbox" },
      schema: {
        operationId: "listInbox",
        tags: ["Inbox"],
        summary: "List what a person was told",
        querystring: InboxQuery,
        response: { 200: listOf(Notification) },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { read } = request.query;
      const person = personOf(request.query);
      const page = pageOf(request.query, ID_PREFIXES.notification);
      const personId = person === ADMINISTRATORS ? null : person;
      if (personId !== null && !(await findPerson(context.database, caller, personId))) {
        throw missing("person", personId);
      }
      const wallet = caller.session?.role === "party" ? caller.session.wallet : null;
      const filter = { personId, isRead: read ?? null, wallet };
      const rows = await listNotifications(context.database, caller, filter, page);
      return toList(rows, page, showNotification);
    },
  );
  app.post("/inbox/:id/read", mark("readNotification", "Mark as read"), marking(context, true));
  app.post(
    "/inbox/:id/unread",
    mark("unreadNotification", "Mark as unread"),
    marking(context, false),
  );
  return Promise.resolve();
};

/** Returns the person of a query. Throws `GatewayError` (`invalid_request`) unless exactly one of the two names came. */
function personOf({ person, party }: InboxQuery): string {
  const given = person ?? party;
  if (given !== undefined && (person === undefined || party === undefined)) return given;
  throw new GatewayError(
    "invalid_request",
    given === undefined
      ? "person: required, and missing"
      : "person: expected either person or party, received both",
    { param: "person" },
  );
}

const mark = (operationId: string, summary: string) => ({
  config: { scope: "projects:write" as const, party: "notification" as const },
  schema: {
    operationId,
    tags: ["Inbox"],
    summary,
    params: NotificationParams,
    response: { 200: Notification },
  },
});

/** Returns the handler that marks a notification; marking it again changes nothing. */
const marking = (context: GatewayContext, isRead: boolean) =>
  write(context, async (transaction, request, caller) => {
    const { id } = request.params as { id: string };
    const row = await markNotification(transaction, caller, id, isRead ? context.now() : null);
    if (!row) throw missing("notification", id);
    return { status: 200, body: showNotification(row) };
  });
