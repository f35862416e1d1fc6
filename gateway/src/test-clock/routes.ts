/** `/v1/test-clock`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { write } from "../http/write";
import { AdvanceTestClock, TestClock } from "./schema";
import { advanceTestClock, readTestClock, requireOneStep } from "./service";

/** Routes of the test clock. */
export const testClockRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/test-clock",
    {
      config: { scope: "sandbox:write" },
      schema: {
        operationId: "getTestClock",
        tags: ["Sandbox"],
        summary: "Read the time of the sandbox's chain",
        response: { 200: TestClock },
      },
    },
    (request) => readTestClock(context, callerOf(request)),
  );
  app.post(
    "/test-clock/advance",
    {
      config: { scope: "sandbox:write", asksChain: true },
      schema: {
        operationId: "advanceTestClock",
        tags: ["Sandbox"],
        summary: "Skip ahead on the sandbox's chain, for every key of this sandbox",
        description:
          "Deadlines, time locks and reviews follow this clock. Webhook retries and key expiry do not: they follow the real time.",
        body: AdvanceTestClock,
        response: { 200: TestClock },
      },
    },
    write(context, (_transaction, request, caller) => {
      const step = request.body as AdvanceTestClock;
      requireOneStep(step);
      const finish = async () =>
        ({ status: 200, body: await advanceTestClock(context, caller, step) }) as const;
      return Promise.resolve({ finish });
    }),
  );
  return Promise.resolve();
};
