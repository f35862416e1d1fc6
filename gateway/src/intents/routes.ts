/** `/v1/payment-intents`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import { chainOf, type GatewayContext } from "../context";
import type { App, Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { readChainTime } from "../http/chain-time";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { optionalBody } from "../http/optional-body";
import { write } from "../http/write";
import { cancelIntent } from "./cancel";
import { createIntent } from "./create";
import { findIntent, findIntentToChange } from "./find-intent";
import { CreateIntentBody, IntentEnvelope, IntentParams } from "./schema";
import { showIntent, showIntentTo, showOwnIntent, showPublicIntent } from "./show";
import { listIntents } from "./store";

const tags = ["Payment intents"];

/** Routes of payment intents. */
export const intentRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addCreate(app, context);
  addReads(app, context);
  addCancel(app, context);
  return Promise.resolve();
};

function addCreate(app: App, context: GatewayContext): void {
  app.post(
    "/payment-intents",
    {
      config: { scope: "intents:write", namesObject: true },
      schema: {
        operationId: "createPaymentIntent",
        tags,
        summary: "Create a payment intent",
        body: CreateIntentBody,
        response: {
          201: IntentEnvelope,
        },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const chain = chainOf(context, caller.mode);
        const body = request.body as CreateIntentBody;
        const intent = await createIntent(context, transaction, { caller, chain, body, time });
        return {
          status: 201,
          body: showOwnIntent(context, intent),
          hasSecret: true,
        };
      },
      readChainTime(context),
    ),
  );
}

function addReads(app: App, context: GatewayContext): void {
  app.get(
    "/payment-intents",
    {
      config: { scope: "intents:read", party: "list" },
      schema: {
        operationId: "listPaymentIntents",
        tags,
        summary: "List payment intents, the newest first",
        querystring: Type.Object(listQuery("intent"), { additionalProperties: false }),
        response: { 200: listOf(IntentEnvelope) },
      },
    },
    async (request) => {
      const page = pageOf(request.query, "intent_");
      const caller = callerOf(request);
      const show = caller.session?.role === "party" ? showPublicIntent : showIntent;
      const intents = await listIntents(context.database, caller, page);
      return toList(intents, page, (intent) => show(context, intent));
    },
  );

  app.get(
    "/payment-intents/:id",
    {
      config: { scope: "intents:read", party: "intent" },
      schema: {
        operationId: "getPaymentIntent",
        tags,
        summary: "Retrieve a payment intent",
        params: IntentParams,
        response: { 200: IntentEnvelope },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const intent = await findIntent(context.database, caller, request.params.id);
      return showIntentTo(context, caller, intent);
    },
  );
}

function addCancel(app: App, context: GatewayContext): void {
  app.post(
    "/payment-intents/:id/cancel",
    {
      config: { scope: "intents:write" },
      schema: {
        operationId: "cancelPaymentIntent",
        tags,
        summary: "Cancel an intent before money is in",
        params: IntentParams,
        body: optionalBody(Type.Object({}, { additionalProperties: false })),
        response: {
          200: IntentEnvelope,
        },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { id } = request.params as { id: string };
      const intent = await findIntentToChange(transaction, caller, id);
      const canceled = await cancelIntent(context, transaction, intent);
      return { status: 200, body: showIntent(context, canceled) };
    }),
  );
}
