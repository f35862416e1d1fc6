/** `/v1/projects`: from an accepted bid to a fixed schedule. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import { chainOf } from "../context";
import { readGatewayFees } from "../chain/gateway-fees";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { write } from "../http/write";
import { ID_PREFIXES } from "../ids/ids";
import { onChain, refreshProject } from "./chain-state/refresh";
import { scheduleOf } from "./payment-schedule";
import { PaymentSchedule } from "./schedule-schema";
import { requireProject } from "./require";
import {
  ByParty,
  CreateProject,
  EditMilestone,
  Project,
  ProjectMilestoneParams,
  ProjectParams,
  ReplaceMilestones,
} from "./schema";
import {
  createProject,
  editMilestone,
  finalizeProject,
  readForFinalization,
  replaceMilestones,
} from "./service";
import { showProjectTo } from "./show";
import { listProjects } from "./store";

const TAGS = ["Projects"];

/** Routes of projects and their drafts. */
export const projectRoutes: Routes = (context) => async (app) => {
  for (const routes of [creation, lists, reads, edits, finalization])
    await routes(context)(app, {});
};

const creation: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    "/projects",
    {
      config: { scope: "projects:write", namesObject: true },
      schema: {
        operationId: "createProject",
        tags: TAGS,
        summary: "Create a project from an accepted bid, with default milestones",
        body: CreateProject,
        response: { 201: Project },
      },
    },
    write(
      context,
      async (transaction, request, caller, now: bigint) => ({
        status: 201,
        body: await createProject(context, transaction, caller, request.body as CreateProject, now),
      }),
      (_request, caller) => onChain(() => chainOf(context, caller.mode).time()),
    ),
  );
  return Promise.resolve();
};

const lists: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/projects",
    {
      config: { scope: "projects:read", party: "list" },
      schema: {
        operationId: "listProjects",
        tags: TAGS,
        summary: "List projects, newest first",
        querystring: Type.Object(listQuery("project"), { additionalProperties: false }),
        response: { 200: listOf(Project) },
      },
    },
    async (request) => {
      const page = pageOf(request.query, ID_PREFIXES.project);
      const caller = callerOf(request);
      const now = await onChain(() => chainOf(context, caller.mode).time());
      const rows = await listProjects(context.database, caller, page);
      return toList(rows, page, (row) => showProjectTo(caller, row, now));
    },
  );
  return Promise.resolve();
};

const reads: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/projects/:id",
    {
      config: { scope: "projects:read", asksChain: true, party: "project" },
      schema: {
        operationId: "getProject",
        tags: TAGS,
        summary: "Return a project",
        params: ProjectParams,
        response: { 200: Project },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { project, now } = await refreshProject(context, caller, request.params.id);
      return showProjectTo(caller, project, now);
    },
  );
  app.get(
    "/projects/:id/schedule",
    {
      config: { scope: "projects:read", party: "project" },
      schema: {
        operationId: "getPaymentSchedule",
        tags: TAGS,
        summary: "Return the payment schedule",
        description: "Fixed from the finalization on; of a draft, with the fees as they stand now.",
        params: ProjectParams,
        response: { 200: PaymentSchedule },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const project = await requireProject(context.database, caller, request.params.id);
      return scheduleOf(
        project,
        await onChain(() => readGatewayFees(chainOf(context, caller.mode))),
      );
    },
  );
  return Promise.resolve();
};

const edits: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.patch(
    "/projects/:id/milestones",
    {
      config: { scope: "projects:write" },
      schema: {
        operationId: "replaceProjectMilestones",
        tags: TAGS,
        summary: "Replace the milestones of a draft",
        params: ProjectParams,
        body: ReplaceMilestones,
        response: { 200: Project },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { id } = request.params as ProjectParams;
      const body = request.body as ReplaceMilestones;
      return {
        status: 200,
        body: await replaceMilestones(context, transaction, caller, id, body),
      };
    }),
  );
  app.patch(
    "/projects/:id/milestones/:milestoneId",
    {
      config: { scope: "projects:write" },
      schema: {
        operationId: "editProjectMilestone",
        tags: TAGS,
        summary: "Change one milestone of a draft",
        params: ProjectMilestoneParams,
        body: EditMilestone,
        response: { 200: Project },
      },
    },
    write(context, async (transaction, request, caller) => {
      const params = request.params as ProjectMilestoneParams;
      const body = request.body as EditMilestone;
      return { status: 200, body: await editMilestone(context, transaction, caller, params, body) };
    }),
  );
  return Promise.resolve();
};

const finalization: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    "/projects/:id/finalize",
    {
      config: { scope: "projects:write" },
      schema: {
        operationId: "finalizeProject",
        tags: TAGS,
        summary: "Fix the schedule, wallets, terms and fees",
        params: ProjectParams,
        body: ByParty,
        response: { 200: Project },
      },
    },
    write(
      context,
      async (
        transaction,
        request,
        caller,
        read: Awaited<ReturnType<typeof readForFinalization>>,
      ) => {
        const { id } = request.params as ProjectParams;
        const { party } = request.body as ByParty;
        return {
          status: 200,
          body: await finalizeProject(context, transaction, caller, { id, party }, read),
        };
      },
      async (request, caller) => {
        // Nobody makes the gateway ask the chain about a project that is not theirs.
        await requireProject(context.database, caller, (request.params as ProjectParams).id);
        return onChain(() => readForFinalization(context, caller));
      },
    ),
  );
  return Promise.resolve();
};
