/** `/v1/payment-intents/:id/why` and `/coverage`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { findIntent } from "../intents/find-intent";
import { IntentParams } from "../intents/schema";
import { coverIntent } from "./coverage";
import { Coverage, Why } from "./schema";
import { explainIntent } from "./why";

const tags = ["Payment intents"];
const config = { scope: "intents:read", asksChain: true, party: "intent" } as const;

/** Routes that explain an intent. */
export const intentReportRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/payment-intents/:id/why",
    {
      config,
      schema: {
        operationId: "explainPaymentIntent",
        tags,
        summary:
          "Explain the next payment: which requirements are met, who must act, and when it can happen",
        params: IntentParams,
        response: { 200: Why },
      },
    },
    async (request) => {
      const { id } = request.params;
      return explainIntent(context, await findIntent(context.database, callerOf(request), id));
    },
  );
  app.get(
    "/payment-intents/:id/coverage",
    {
      config,
      schema: {
        operationId: "getCoverage",
        tags,
        summary: "Show what backs the remaining payments: escrow, or only the payer's wallet",
        params: IntentParams,
        response: { 200: Coverage },
      },
    },
    async (request) => {
      const { id } = request.params;
      return coverIntent(context, await findIntent(context.database, callerOf(request), id));
    },
  );
  return Promise.resolve();
};
