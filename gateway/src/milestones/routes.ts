/** `/v1/payment-intents/:id/escrow/milestones`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import { chainOf, type GatewayContext } from "../context";
import { requireOrder } from "../escrow-orders/require-order";
import type { App, Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { readChainTime } from "../http/chain-time";
import { listOf } from "../http/list";
import { optionalBody } from "../http/optional-body";
import { write } from "../http/write";
import { findIntent, findIntentToChange } from "../intents/find-intent";
import { IntentParams } from "../intents/schema";
import { answerAfter } from "./answer";
import { approveMilestone } from "./approve";
import { completeMilestone } from "./complete";
import { createMilestone, removeMilestone } from "./create";
import { findMilestone } from "./find";
import {
  CompleteMilestoneBody,
  CreateMilestoneBody,
  MilestoneEnvelope,
  MilestoneParams,
} from "./schema";
import { showMilestone } from "./show";
import { listMilestones } from "./store";

const tags = ["Milestones"];
const PATH = "/payment-intents/:id/escrow/milestones";

/** Routes of milestones. */
export const milestoneRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addCreate(app, context);
  addReads(app, context);
  addDelete(app, context);
  addComplete(app, context);
  addApprove(app, context);
  return Promise.resolve();
};

function addCreate(app: App, context: GatewayContext): void {
  app.post(
    PATH,
    {
      config: { scope: "milestones:write" },
      schema: {
        operationId: "createMilestone",
        tags,
        summary: "Create a milestone, by amount or by percentage",
        params: IntentParams,
        body: CreateMilestoneBody,
        response: {
          201: MilestoneEnvelope,
        },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const { id } = request.params as { id: string };
        const intent = await findIntentToChange(transaction, caller, id);
        const order = await requireOrder(transaction, intent);
        const body = request.body as CreateMilestoneBody;
        const chain = chainOf(context, caller.mode);
        const draft = { intent, chain, body, time };
        const milestone = await createMilestone(context, transaction, draft);
        return { status: 201, body: showMilestone(intent, order, milestone) };
      },
      readChainTime(context),
    ),
  );
}

function addReads(app: App, context: GatewayContext): void {
  app.get(
    PATH,
    {
      config: { scope: "intents:read", party: "intent" },
      schema: {
        operationId: "listMilestones",
        tags,
        summary: "List an intent's milestones in the order of their indexes (at most 20)",
        params: IntentParams,
        response: {
          200: listOf(MilestoneEnvelope),
        },
      },
    },
    async (request) => {
      const intent = await findIntent(context.database, callerOf(request), request.params.id);
      const order = await requireOrder(context.database, intent);
      const milestones = await listMilestones(context.database, intent.id);
      return {
        object: "list" as const,
        data: milestones.map((each) => showMilestone(intent, order, each)),
        has_more: false,
      };
    },
  );

  app.get(
    `${PATH}/:mid`,
    {
      config: { scope: "intents:read", party: "intent" },
      schema: {
        operationId: "getMilestone",
        tags,
        summary: "Retrieve a milestone",
        params: MilestoneParams,
        response: { 200: MilestoneEnvelope },
      },
    },
    async (request) => {
      const { id, mid } = request.params;
      const intent = await findIntent(context.database, callerOf(request), id);
      const milestone = await findMilestone(context.database, intent, mid);
      return showMilestone(intent, await requireOrder(context.database, intent), milestone);
    },
  );
}

function addDelete(app: App, context: GatewayContext): void {
  app.delete(
    `${PATH}/:mid`,
    {
      config: { scope: "milestones:write" },
      schema: {
        operationId: "deleteMilestone",
        tags,
        summary: "Delete a milestone before the schedule is fixed",
        params: MilestoneParams,
        body: optionalBody(Type.Object({}, { additionalProperties: false })),
        response: {
          200: Type.Object({
            id: Type.String(),
            object: Type.Literal("milestone"),
            deleted: Type.Literal(true),
          }),
        },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { id, mid } = request.params as { id: string; mid: string };
      const intent = await findIntentToChange(transaction, caller, id);
      const removed = await removeMilestone(context, transaction, intent, mid);
      return { status: 200, body: { id: removed.id, object: "milestone", deleted: true } };
    }),
  );
}

function addComplete(app: App, context: GatewayContext): void {
  app.post(
    `${PATH}/:mid/complete`,
    {
      config: { scope: "milestones:complete" },
      schema: {
        operationId: "completeMilestone",
        tags,
        summary: "Complete a milestone; with automatic release it is paid",
        description:
          "Waits up to ten seconds for the chain. A key without the scope `release` completes and does not pay. To pay, repeat the request with a key that has the scope.",
        params: MilestoneParams,
        body: CompleteMilestoneBody,
        response: {
          200: MilestoneEnvelope,
        },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const { id, mid: milestoneId } = request.params as { id: string; mid: string };
        const body = request.body as CompleteMilestoneBody;
        const intent = await findIntentToChange(transaction, caller, id);
        const chain = chainOf(context, caller.mode);
        const completion = { caller, chain, intent, milestoneId, body, time };
        const { milestone, jobId } = await completeMilestone(context, transaction, completion);
        return { finish: () => answerAfter(context, milestone, jobId, "complete") };
      },
      readChainTime(context),
    ),
  );
}

function addApprove(app: App, context: GatewayContext): void {
  app.post(
    `${PATH}/:mid/approve`,
    {
      config: { scope: "release" },
      schema: {
        operationId: "approveMilestone",
        tags,
        summary: "Approve a milestone as its payer, which pays it at once (sandbox)",
        params: MilestoneParams,
        body: optionalBody(Type.Object({}, { additionalProperties: false })),
        response: {
          200: MilestoneEnvelope,
        },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { id, mid: milestoneId } = request.params as { id: string; mid: string };
      const intent = await findIntentToChange(transaction, caller, id);
      const chain = chainOf(context, caller.mode);
      const approval = { chain, intent, milestoneId };
      const { milestone, jobId } = await approveMilestone(context, transaction, approval);
      return { finish: () => answerAfter(context, milestone, jobId, "approve") };
    }),
  );
}
