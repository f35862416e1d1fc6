/** `/v1/projects/:id/...`: the steps that only a party can take, each a transaction on the chain. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { TSchema } from "@sinclair/typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { placeOf } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Routes } from "../http/app";
import { write } from "../http/write";
import { placeOnChain } from "../projects/milestone-status";
import { requireMilestone } from "../projects/require";
import type { MilestoneRow, PartyRole, ProjectRow } from "../projects/rows";
import {
  ByParty,
  Project,
  ProjectMilestone,
  ProjectMilestoneParams,
  ProjectParams,
} from "../projects/schema";
import type { StepPayload } from "./action-store";
import { keyOf, performStep, prepareStep } from "./perform";
import { Approve, Decide, PartAccepted, StepAccepted } from "./schema";
import { shareOf } from "./shares";
import { type MilestoneStep, requireAcceptable, requireClosable, requireStep } from "./step-rules";

const TAGS = ["Project steps"];

/** A step on a milestone whose request needs nothing but who acts, or little more. */
interface MilestoneRoute {
  path: string;
  operationId: string;
  summary: string;
  kind: MilestoneStep;
  roles: readonly PartyRole[];
  body: TSchema;
  payload?(body: unknown, project: ProjectRow, milestone: MilestoneRow, now: bigint): StepPayload;
}

const MILESTONE_ROUTES: readonly MilestoneRoute[] = [
  {
    path: "fund",
    operationId: "fundProjectMilestone",
    summary: "Pay a milestone and its platform fee into escrow",
    kind: "fund",
    roles: ["homeowner"],
    body: ByParty,
  },
  {
    path: "approve",
    operationId: "approveProjectMilestone",
    summary: "Approve a milestone: the contractor is paid at once",
    kind: "approve",
    roles: ["homeowner"],
    body: Approve,
    payload: approvalOf,
  },
  {
    path: "dispute/withdraw",
    operationId: "withdrawProjectDispute",
    summary: "Withdraw the dispute of a milestone",
    kind: "withdraw_dispute",
    roles: ["homeowner"],
    body: ByParty,
  },
  {
    path: "mediation",
    operationId: "requestProjectMediation",
    summary: "Start mediation now, instead of after the delay",
    kind: "request_mediation",
    roles: ["homeowner", "contractor"],
    body: ByParty,
  },
  {
    path: "decision",
    operationId: "decideProjectDispute",
    summary: "Decide a milestone in mediation: full, split or refund",
    kind: "decide",
    roles: ["mediator"],
    body: Decide,
    payload: decisionOf,
  },
  {
    path: "reclaim",
    operationId: "reclaimProjectMilestone",
    summary: "Take back the money of a milestone that was not delivered in time",
    kind: "reclaim",
    roles: ["homeowner"],
    body: ByParty,
  },
];

/** The homeowner approves the submission that they saw: a later one is not paid by it. */
function approvalOf(
  body: unknown,
  project: ProjectRow,
  { index }: MilestoneRow,
  now: bigint,
): StepPayload {
  const submitted = placeOnChain(project, index, now)?.milestone.evidenceHash ?? null;
  const seen = (body as Approve).evidenceHash ?? submitted;
  if (seen === submitted) return seen === null ? {} : { evidenceHash: seen };
  throw new GatewayError(
    "conflict",
    `evidenceHash: the newest submission is ${submitted}, received ${seen}. Review the newest one, then approve it.`,
    { param: "evidenceHash" },
  );
}

function decisionOf(body: unknown, project: ProjectRow, { amount }: MilestoneRow): StepPayload {
  const { reasons, ...decision } = body as Decide;
  const share = shareOf(decision, { amount, decimals: project.decimals });
  return { recipientAmount: share.toString(), ...(reasons === undefined ? {} : { reasons }) };
}

/** Routes of the steps that need no evidence. */
export const projectStepRoutes: Routes = (context) => (instance) => {
  for (const route of MILESTONE_ROUTES) addMilestoneRoute(context, instance, route);
  addPartRoute(context, instance, {
    path: "accept-terms",
    operationId: "acceptProjectTerms",
    summary: "Accept the terms of the escrow, before the work starts",
    kind: "accept_terms",
    roles: ["contractor"],
    allow: requireAcceptable,
  });
  addPartRoute(context, instance, {
    path: "close",
    operationId: "closeProject",
    summary: "Close the escrow: the rent returns, and what is not accepted yet",
    kind: "close",
    roles: ["homeowner"],
    allow: requireClosable,
  });
  return Promise.resolve();
};

function addMilestoneRoute(
  context: GatewayContext,
  instance: FastifyInstance,
  { path, operationId, summary, kind, roles, body, payload }: MilestoneRoute,
): void {
  instance.withTypeProvider<TypeBoxTypeProvider>().post(
    `/projects/:id/milestones/:milestoneId/${path}`,
    {
      config: { scope: "projects:write", asksChain: true, party: "project" },
      schema: {
        operationId,
        tags: TAGS,
        summary,
        params: ProjectMilestoneParams,
        body,
        response: { 200: ProjectMilestone, 202: StepAccepted },
      },
    },
    write(
      context,
      (transaction, request: FastifyRequest, caller, now: bigint) => {
        const { id, milestoneId } = request.params as ProjectMilestoneParams;
        return performStep(context, transaction, caller, keyOf(request), {
          kind,
          projectId: id,
          personId: (request.body as ByParty).party,
          roles,
          allow(project) {
            const milestone = requireMilestone(project, milestoneId);
            requireStep(kind, project, milestone, now);
            return {
              part: placeOf(milestone.index).part,
              milestoneId,
              payload: payload?.(request.body, project, milestone, now),
            };
          },
        });
      },
      prepareStep(context),
    ),
  );
}

interface PartRoute {
  path: string;
  operationId: string;
  summary: string;
  kind: "accept_terms" | "close";
  roles: readonly PartyRole[];
  /** Returns the part that the step is for. */
  allow(project: ProjectRow): number;
}

function addPartRoute(
  context: GatewayContext,
  instance: FastifyInstance,
  { path, operationId, summary, kind, roles, allow }: PartRoute,
): void {
  instance.withTypeProvider<TypeBoxTypeProvider>().post(
    `/projects/:id/${path}`,
    {
      config: { scope: "projects:write", asksChain: true, party: "project" },
      schema: {
        operationId,
        tags: TAGS,
        summary,
        params: ProjectParams,
        body: ByParty,
        response: { 200: Project, 202: PartAccepted },
      },
    },
    write(
      context,
      (transaction, request: FastifyRequest, caller) => {
        const { id } = request.params as ProjectParams;
        return performStep(context, transaction, caller, keyOf(request), {
          kind,
          projectId: id,
          personId: (request.body as ByParty).party,
          roles,
          allow: (project) => ({ part: allow(project), milestoneId: null }),
        });
      },
      prepareStep(context),
    ),
  );
}
