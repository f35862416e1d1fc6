/** `/v1/projects/:id/milestones/:milestoneId/dispute`: disputes and their messages. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyRequest } from "fastify";
import { placeOf } from "../chain";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { write } from "../http/write";
import { ID_PREFIXES } from "../ids/ids";
import { evidenceFor } from "../project-steps/evidence";
import { keyOf, performStep, prepareStep } from "../project-steps/perform";
import { StepAccepted } from "../project-steps/schema";
import { requireStep } from "../project-steps/step-rules";
import { refreshProject } from "../projects/chain-state/refresh";
import { requireMilestone, requireProject } from "../projects/require";
import { ProjectMilestone, ProjectMilestoneParams } from "../projects/schema";
import { Dispute, Message, NewMessage, RaiseDispute } from "./schema";
import { showDisputes, showMessage, writeMessage } from "./service";
import { insertDispute, listMessages } from "./store";

const TAGS = ["Project disputes"];

/** Routes of disputes. */
export const projectDisputeRoutes: Routes = (context) => async (app) => {
  for (const routes of [raising, lists, messages]) await routes(context)(app, {});
};

const raising: Routes = (context) => (instance) => {
  instance.withTypeProvider<TypeBoxTypeProvider>().post(
    "/projects/:id/milestones/:milestoneId/dispute",
    {
      config: { scope: "projects:write", asksChain: true, party: "project" },
      schema: {
        operationId: "raiseProjectDispute",
        tags: TAGS,
        summary: "Dispute a submission: its money is frozen",
        params: ProjectMilestoneParams,
        body: RaiseDispute,
        response: { 200: ProjectMilestone, 202: StepAccepted },
      },
    },
    write(
      context,
      (transaction, request: FastifyRequest, caller, now: bigint) => {
        const { id, milestoneId } = request.params as ProjectMilestoneParams;
        const { party, type, text, ...input } = request.body as RaiseDispute;
        return performStep(context, transaction, caller, keyOf(request), {
          kind: "dispute",
          projectId: id,
          personId: party,
          roles: ["homeowner"],
          async allow(project) {
            const milestone = requireMilestone(project, milestoneId);
            requireStep("dispute", project, milestone, now);
            const statement = { name: "dispute.json", content: { type, text } };
            const evidence = await evidenceFor(transaction, caller, input, statement);
            const row = { milestoneId, raisedBy: party, type, text, evidence };
            return {
              part: placeOf(milestone.index).part,
              milestoneId,
              payload: { reasonHash: evidence.hash },
              record: (actionId) =>
                insertDispute(transaction, project, { ...row, actionId }, context.now()),
            };
          },
        });
      },
      prepareStep(context),
    ),
  );
  return Promise.resolve();
};

const lists: Routes = (context) => (instance) => {
  instance.withTypeProvider<TypeBoxTypeProvider>().get(
    "/projects/:id/milestones/:milestoneId/disputes",
    {
      config: { scope: "projects:read", asksChain: true, party: "project" },
      schema: {
        operationId: "listProjectDisputes",
        tags: TAGS,
        summary: "List the disputes of a milestone, oldest first",
        params: ProjectMilestoneParams,
        response: { 200: Type.Object({ object: Type.Literal("list"), data: Type.Array(Dispute) }) },
      },
    },
    async (request) => {
      const { id, milestoneId } = request.params;
      const { project, now } = await refreshProject(context, callerOf(request), id);
      const data = await showDisputes(context.database, project, milestoneId, now);
      return { object: "list" as const, data };
    },
  );
  return Promise.resolve();
};

const messages: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    "/projects/:id/milestones/:milestoneId/dispute/messages",
    {
      config: { scope: "projects:write", asksChain: true, party: "project" },
      schema: {
        operationId: "writeProjectMessage",
        tags: TAGS,
        summary: "Write a message in the open dispute",
        params: ProjectMilestoneParams,
        body: NewMessage,
        response: { 201: Message },
      },
    },
    write(
      context,
      async (transaction, request, caller, now: bigint) => {
        const params = request.params as ProjectMilestoneParams;
        const body = request.body as NewMessage;
        const message = await writeMessage(context, transaction, caller, params, body, now);
        return { status: 201, body: message };
      },
      prepareStep(context),
    ),
  );
  app.get(
    "/projects/:id/milestones/:milestoneId/dispute/messages",
    {
      config: { scope: "projects:read", party: "project" },
      schema: {
        operationId: "listProjectMessages",
        tags: TAGS,
        summary: "List the messages of a milestone's disputes, newest first",
        params: ProjectMilestoneParams,
        querystring: Type.Object(listQuery("message"), { additionalProperties: false }),
        response: { 200: listOf(Message) },
      },
    },
    async (request) => {
      const { id, milestoneId } = request.params;
      const page = pageOf(request.query, ID_PREFIXES.message);
      const project = await requireProject(context.database, callerOf(request), id);
      const milestone = requireMilestone(project, milestoneId);
      return toList(await listMessages(context.database, milestone.id, page), page, showMessage);
    },
  );
  return Promise.resolve();
};
