/** `/v1/projects/:id/statement`, `/timeline` and `/actions`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { ProjectParams } from "../projects/schema";
import { ActionsQuery, PartyActionsView, Statement, Timeline } from "./schema";
import { readPartyView, readStatement, readTimeline } from "./service";

const TAGS = ["Projects"];

/** Routes of a project's reports. */
export const projectReportRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/projects/:id/statement",
    {
      config: { scope: "projects:read", asksChain: true, party: "project" },
      schema: {
        operationId: "getProjectStatement",
        tags: TAGS,
        summary: "Return where every unit is: in escrow, paid, returned, fees",
        params: ProjectParams,
        response: { 200: Statement },
      },
    },
    (request) => readStatement(context, callerOf(request), request.params.id),
  );
  app.get(
    "/projects/:id/timeline",
    {
      config: { scope: "projects:read", asksChain: true, party: "project" },
      schema: {
        operationId: "getProjectTimeline",
        tags: TAGS,
        summary: "Return what happened, and what happens by itself and when",
        params: ProjectParams,
        response: { 200: Timeline },
      },
    },
    (request) => readTimeline(context, callerOf(request), request.params.id),
  );
  app.get(
    "/projects/:id/actions",
    {
      config: { scope: "projects:read", asksChain: true, party: "project" },
      schema: {
        operationId: "listProjectActions",
        tags: TAGS,
        summary: "Return what a party can do now and later",
        params: ProjectParams,
        querystring: ActionsQuery,
        response: { 200: PartyActionsView },
      },
    },
    (request) => readPartyView(context, callerOf(request), request.params.id, request.query.party),
  );
  return Promise.resolve();
};
