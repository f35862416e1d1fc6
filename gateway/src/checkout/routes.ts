/** `/v1/payment-intents/public`: what a payer's page shows without a key, and the payer's consent. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { GatewayContext } from "../context";
import { missing } from "../errors/gateway-error";
import type { App, Routes } from "../http/app";
import type { Intent } from "../intents/intent";
import { IntentParams } from "../intents/schema";
import { showPublicIntent } from "../intents/show";
import { readIntent } from "../intents/store";
import { recordConsent } from "./consent";
import { findPayment } from "./find-payment";
import { ConsentBody, PublicIntent, PublicQuery, SecretQuery } from "./schema";
import { showCheckout } from "./show";

const tags = ["Payment intents"];
const config = { isPublic: true } as const;

/** Routes of the checkout page. */
export const checkoutRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addRead(app, context);
  addConsent(app, context);
  return Promise.resolve();
};

function addRead(app: App, context: GatewayContext): void {
  app.get(
    "/payment-intents/public/:id",
    {
      config: { ...config, asksChain: true },
      schema: {
        operationId: "getPublicPaymentIntent",
        tags,
        summary: "Retrieve what a payer's page shows, without a key",
        description:
          "With the client secret, `checkout` has everything that the payer agrees to. Without it, the answer has the intent alone.",
        params: IntentParams,
        querystring: PublicQuery,
        response: { 200: PublicIntent },
      },
    },
    async ({ params: { id }, query: { client_secret: secret } }): Promise<PublicIntent> => {
      if (secret !== undefined)
        return withCheckout(context, await findPayment(context, id, secret));
      const intent = await readIntent(context.database, id);
      if (!intent) throw missing("payment intent", id);
      return showPublicIntent(context, intent);
    },
  );
}

function addConsent(app: App, context: GatewayContext): void {
  app.post(
    "/payment-intents/public/:id/release-consent",
    {
      config: { ...config, asksChain: true },
      schema: {
        operationId: "giveReleaseConsent",
        tags,
        summary: "Record the payer's consent to a release without their approval",
        description:
          "The payer's wallet signs `checkout.consent.message`. The payment then takes this wallet's transaction only.",
        params: IntentParams,
        querystring: SecretQuery,
        body: ConsentBody,
        response: { 200: PublicIntent },
      },
    },
    async ({ params, query, body, id }): Promise<PublicIntent> => {
      const intent = await findPayment(context, params.id, query.client_secret);
      return withCheckout(context, await recordConsent(context, intent, body, id));
    },
  );
}

async function withCheckout(context: GatewayContext, intent: Intent): Promise<PublicIntent> {
  return { ...showPublicIntent(context, intent), checkout: await showCheckout(context, intent) };
}
