/** `/v1/payment-intents/:id/escrow/milestones/:mid/refund` and `/reclaim`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import { chainOf, type GatewayContext } from "../context";
import { awaitFunding } from "../escrow-orders/await-funding";
import type { App, Routes } from "../http/app";
import { optionalBody } from "../http/optional-body";
import { write } from "../http/write";
import { findIntentToChange } from "../intents/find-intent";
import { answerAfter } from "./answer";
import { refundMilestone } from "./refund";
import { MilestoneEnvelope, MilestoneParams } from "./schema";

/** A way back to the payer. */
interface RefundRoute {
  path: "refund" | "reclaim";
  operationId: string;
  summary: string;
  isAgreed: boolean;
}

const ROUTES: readonly RefundRoute[] = [
  {
    path: "refund",
    operationId: "refundMilestone",
    summary: "Refund a milestone to the payer, as payer and payee agreed (sandbox)",
    isAgreed: true,
  },
  {
    path: "reclaim",
    operationId: "reclaimMilestone",
    summary: "Reclaim a milestone's money as the payer, once the delivery is overdue (sandbox)",
    isAgreed: false,
  },
];

/** Routes that return money to the payer. */
export const refundRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  for (const route of ROUTES) addRefund(app, context, route);
  return Promise.resolve();
};

function addRefund(
  app: App,
  context: GatewayContext,
  { path, operationId, summary, isAgreed }: RefundRoute,
): void {
  app.post(
    `/payment-intents/:id/escrow/milestones/:mid/${path}`,
    {
      config: { scope: "disputes:write" },
      schema: {
        operationId,
        tags: ["Milestones"],
        summary,
        params: MilestoneParams,
        body: optionalBody(Type.Object({}, { additionalProperties: false })),
        response: { 200: MilestoneEnvelope },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const { id, mid: milestoneId } = request.params as { id: string; mid: string };
        const intent = await findIntentToChange(transaction, caller, id);
        const chain = chainOf(context, caller.mode);
        const refund = { chain, intent, milestoneId, isAgreed, time };
        const { milestone, jobId } = await refundMilestone(context, transaction, refund);
        return { finish: () => answerAfter(context, milestone, jobId, path) };
      },
      awaitFunding(context),
    ),
  );
}
