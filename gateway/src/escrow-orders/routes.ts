/** `/v1/payment-intents/:id/escrow`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { readNewestDispute } from "../disputes/store";
import type { App, Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { write } from "../http/write";
import { findIntent, findIntentToChange } from "../intents/find-intent";
import type { Intent } from "../intents/intent";
import { IntentParams } from "../intents/schema";
import { listMilestones } from "../milestones/store";
import { awaitFunding } from "./await-funding";
import { moveOrder } from "./deliver";
import { requireOrder } from "./require-order";
import { OrderBody, PatchOrderBody } from "./schema";
import { showOrder } from "./show";

const tags = ["Escrow orders"];
const PATH = "/payment-intents/:id/escrow";

/** Routes of escrow orders. */
export const escrowOrderRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addGet(app, context);
  addPatch(app, context);
  return Promise.resolve();
};

/** Returns the order as the API shows it. */
async function readBody(database: Database, intent: Intent): Promise<OrderBody> {
  const order = await requireOrder(database, intent);
  const milestones = await listMilestones(database, intent.id);
  const dispute = await readNewestDispute(database, intent.id);
  return showOrder({ intent, order, milestones, dispute });
}

function addGet(app: App, context: GatewayContext): void {
  app.get(
    PATH,
    {
      config: { scope: "intents:read", party: "intent" },
      schema: {
        operationId: "getEscrowOrder",
        tags,
        summary: "Retrieve the escrow order of an intent, flat and the same under data",
        params: IntentParams,
        response: { 200: OrderBody },
      },
    },
    async (request) => {
      const intent = await findIntent(context.database, callerOf(request), request.params.id);
      return readBody(context.database, intent);
    },
  );
}

function addPatch(app: App, context: GatewayContext): void {
  app.patch(
    PATH,
    {
      config: { scope: "intents:write" },
      schema: {
        operationId: "updateEscrowOrder",
        tags,
        summary:
          "Set an order to SHIPPED or DELIVERED; a time lock that has ended is released at once",
        description:
          "A key without the scope `release` sets the status, and a time lock is not paid. To pay it, repeat the request with a key that has the scope. The status alone pays no other release type.",
        params: IntentParams,
        body: PatchOrderBody,
        response: { 200: OrderBody },
      },
    },
    write(
      context,
      async (transaction, request, caller) => {
        const { id } = request.params as { id: string };
        const { orderStatus: to } = request.body as PatchOrderBody;
        const intent = await findIntentToChange(transaction, caller, id);
        const order = await requireOrder(transaction, intent);
        const mayRelease = caller.scopes.includes("release");
        await moveOrder(context, transaction, { intent, order, to, mayRelease });
        return { status: 200, body: await readBody(transaction, intent) };
      },
      awaitFunding(context),
    ),
  );
}
