/** `/sandbox/demo-...` and `/sandbox/clock`: what the sandbox's page shows without an account, for that page only. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { GatewayContext } from "../context";
import type { App, Routes } from "../http/app";
import { optionalBody } from "../http/optional-body";
import { paymentUrlOf } from "../intents/payment-url";
import { ownOriginOnly } from "../sandbox-wallets/own-page-only";
import { MAX_STEP_SECS } from "../test-clock/schema";
import { advanceTestClock, readTestClock } from "../test-clock/service";
import { sandboxCaller } from "./caller";
import { completeDemoMilestone, createDemoIntent } from "./demo-intent";
import { createDemoProject } from "./demo-project";

const config = { isPublic: true } as const;
const NoBody = optionalBody(Type.Object({}, { additionalProperties: false }));

/** Routes of the sandbox's page; they lie at the root. */
export const sandboxDemoRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.addHook("onRequest", ownOriginOnly);
  addProject(app, context);
  addIntent(app, context);
  addClock(app, context);
  return Promise.resolve();
};

function addProject(app: App, context: GatewayContext): void {
  const schema = { hide: true, body: NoBody };
  app.post("/sandbox/demo-projects", { config, schema }, async ({ id }, reply) => {
    const projectId = await createDemoProject(context, sandboxCaller(context), id);
    return reply.status(201).send({ projectId });
  });
}

function addIntent(app: App, context: GatewayContext): void {
  app.post(
    "/sandbox/demo-intents",
    { config, schema: { hide: true, body: NoBody } },
    async (request, reply) => {
      const intent = await createDemoIntent(context, sandboxCaller(context), request.id);
      const paymentUrl = paymentUrlOf(context, intent);
      return reply.status(201).send({ intentId: intent.id, paymentUrl });
    },
  );
  const Ids = Type.Object({
    id: Type.String({ maxLength: 64 }),
    mid: Type.String({ maxLength: 64 }),
  });
  app.post(
    "/sandbox/intents/:id/milestones/:mid/complete",
    { config, schema: { hide: true, params: Ids, body: NoBody } },
    async ({ params: { id, mid: milestoneId }, id: requestId }, reply) => {
      const completion = { id, milestoneId, requestId };
      const { status, body } = await completeDemoMilestone(
        context,
        sandboxCaller(context),
        completion,
      );
      return reply.status(status).send(body);
    },
  );
}

function addClock(app: App, context: GatewayContext): void {
  app.get("/sandbox/clock", { config, schema: { hide: true } }, async () => {
    const { now } = await readTestClock(context, sandboxCaller(context));
    return { now };
  });
  const body = Type.Object(
    { seconds: Type.Integer({ minimum: 1, maximum: MAX_STEP_SECS }) },
    { additionalProperties: false },
  );
  app.post("/sandbox/clock/advance", { config, schema: { hide: true, body } }, async (request) => {
    const { now } = await advanceTestClock(context, sandboxCaller(context), request.body);
    return { now };
  });
}
