/** `/v1/projects/:id/milestones/:milestoneId/submit` and the list of submissions. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyRequest } from "fastify";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { write } from "../http/write";
import { requireMilestone, requireProject } from "../projects/require";
import { ProjectMilestone, ProjectMilestoneParams } from "../projects/schema";
import { keyOf, prepareStep } from "./perform";
import { StepAccepted, Submission, Submit } from "./schema";
import { listSubmissions } from "./submission-store";
import { submitWork } from "./submit-work";

const TAGS = ["Project steps"];

/** Routes of submissions. */
export const submissionRoutes: Routes = (context) => async (app) => {
  for (const routes of [submitting, lists]) await routes(context)(app, {});
};

const submitting: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    "/projects/:id/milestones/:milestoneId/submit",
    {
      config: { scope: "projects:write", asksChain: true, party: "project" },
      schema: {
        operationId: "submitProjectMilestone",
        tags: TAGS,
        summary: "Submit the work with its evidence; the review begins",
        params: ProjectMilestoneParams,
        body: Submit,
        response: { 200: ProjectMilestone, 202: StepAccepted },
      },
    },
    write(
      context,
      (transaction, request: FastifyRequest, caller, now: bigint) =>
        submitWork(context, transaction, caller, {
          ...(request.params as ProjectMilestoneParams),
          key: keyOf(request),
          body: request.body as Submit,
          now,
        }),
      prepareStep(context),
    ),
  );
  return Promise.resolve();
};

const lists: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/projects/:id/milestones/:milestoneId/submissions",
    {
      config: { scope: "projects:read", party: "project" },
      schema: {
        operationId: "listProjectSubmissions",
        tags: TAGS,
        summary: "List the submissions of a milestone, oldest first",
        params: ProjectMilestoneParams,
        response: {
          200: Type.Object({ object: Type.Literal("list"), data: Type.Array(Submission) }),
        },
      },
    },
    async (request) => {
      const { id, milestoneId } = request.params;
      const project = await requireProject(context.database, callerOf(request), id);
      requireMilestone(project, milestoneId);
      return {
        object: "list" as const,
        data: await listSubmissions(context.database, milestoneId),
      };
    },
  );
  return Promise.resolve();
};
