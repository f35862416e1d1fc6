/** `/v1/projects/:id/milestones/:milestoneId/settlement`: a division that both parties agree to. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyRequest } from "fastify";
import { placeOf } from "../chain";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { write } from "../http/write";
import { keyOf, performStep, prepareStep } from "../project-steps/perform";
import { StepAccepted } from "../project-steps/schema";
import { requireStep } from "../project-steps/step-rules";
import { requireMilestone, requireProject } from "../projects/require";
import { ByParty, ProjectMilestone, ProjectMilestoneParams } from "../projects/schema";
import { Propose, Settlement } from "./schema";
import { listSettlements } from "./settlement-store";
import {
  proposeSettlement,
  requireOtherParty,
  requireProposal,
  showSettlement,
  withdrawSettlement,
} from "./settlements";

const TAGS = ["Project settlements"];
const PATH = "/projects/:id/milestones/:milestoneId/settlement";

/** Routes of settlements. */
export const settlementRoutes: Routes = (context) => async (app) => {
  for (const routes of [proposals, agreement, lists]) await routes(context)(app, {});
};

const proposals: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    PATH,
    {
      config: { scope: "projects:write", asksChain: true, party: "project" },
      schema: {
        operationId: "proposeProjectSettlement",
        tags: TAGS,
        summary: "Propose how to divide a milestone",
        params: ProjectMilestoneParams,
        body: Propose,
        response: { 201: Settlement },
      },
    },
    write(
      context,
      async (transaction, request: FastifyRequest, caller, now: bigint) => {
        const params = request.params as ProjectMilestoneParams;
        const body = request.body as Propose;
        const settlement = await proposeSettlement(context, transaction, caller, params, body, now);
        return { status: 201, body: settlement };
      },
      prepareStep(context),
    ),
  );
  app.post(
    `${PATH}/withdraw`,
    {
      config: { scope: "projects:write", asksChain: true, party: "project" },
      schema: {
        operationId: "withdrawProjectSettlement",
        tags: TAGS,
        summary: "Withdraw one's own proposal",
        params: ProjectMilestoneParams,
        body: ByParty,
        response: { 200: Settlement },
      },
    },
    write(
      context,
      async (transaction, request, caller, now: bigint) => {
        const ids = request.params as ProjectMilestoneParams;
        const { party } = request.body as ByParty;
        const body = await withdrawSettlement(context, transaction, caller, ids, party, now);
        return { status: 200, body };
      },
      prepareStep(context),
    ),
  );
  return Promise.resolve();
};

const agreement: Routes = (context) => (instance) => {
  instance.withTypeProvider<TypeBoxTypeProvider>().post(
    `${PATH}/accept`,
    {
      config: { scope: "projects:write", asksChain: true, party: "project" },
      schema: {
        operationId: "acceptProjectSettlement",
        tags: TAGS,
        summary: "Agree to the other party's proposal: the milestone is divided at once",
        params: ProjectMilestoneParams,
        body: ByParty,
        response: { 200: ProjectMilestone, 202: StepAccepted },
      },
    },
    write(
      context,
      (transaction, request: FastifyRequest, caller, now: bigint) => {
        const { id, milestoneId } = request.params as ProjectMilestoneParams;
        const { party } = request.body as ByParty;
        return performStep(context, transaction, caller, keyOf(request), {
          kind: "settle",
          projectId: id,
          personId: party,
          roles: ["homeowner", "contractor"],
          async allow(project) {
            const milestone = requireMilestone(project, milestoneId);
            requireStep("settle", project, milestone, now);
            const proposal = await requireProposal(transaction, milestone);
            requireOtherParty(proposal, party);
            return {
              part: placeOf(milestone.index).part,
              milestoneId,
              payload: {
                recipientAmount: proposal.recipient_amount.toString(),
                settlementId: proposal.id,
              },
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
    `${PATH}s`,
    {
      config: { scope: "projects:read", party: "project" },
      schema: {
        operationId: "listProjectSettlements",
        tags: TAGS,
        summary: "List the settlements of a milestone, oldest first",
        params: ProjectMilestoneParams,
        response: {
          200: Type.Object({ object: Type.Literal("list"), data: Type.Array(Settlement) }),
        },
      },
    },
    async (request) => {
      const { id, milestoneId } = request.params;
      const project = await requireProject(context.database, callerOf(request), id);
      const milestone = requireMilestone(project, milestoneId);
      const rows = await listSettlements(context.database, milestone.id);
      return {
        object: "list" as const,
        data: rows.map((row) => showSettlement(project, milestone, row)),
      };
    },
  );
  return Promise.resolve();
};
