/** Serves `/metrics`, `/healthz` and `/readyz` to the operator, on a port of their own. */
import Fastify, { type FastifyInstance } from "fastify";
import type { GatewayMetrics } from "../observe/metrics";
import { type Readiness, readinessText } from "../observe/readiness";

const TEXT = "text/plain; charset=utf-8";

/** Adds `/healthz` and `/readyz`, which ask for no key and count against no limit. */
export function addHealth(app: FastifyInstance, readiness: () => Promise<Readiness>): void {
  const options = { config: { isPublic: true, isUnlimited: true }, schema: { hide: true } };
  // Any answer is enough: a restart does not bring a database or an RPC back.
  app.get("/healthz", options, (_request, reply) => reply.type(TEXT).send("ok\n"));
  app.get("/readyz", options, async (_request, reply) => {
    const answer = await readiness();
    return reply
      .status(answer.isReady ? 200 : 503)
      .type(TEXT)
      .header("cache-control", "no-store")
      .send(readinessText(answer));
  });
}

/** Creates the operator's server; it does not listen yet. */
export function createOperatorServer(
  metrics: GatewayMetrics,
  readiness: () => Promise<Readiness>,
): FastifyInstance {
  const app = Fastify({ requestTimeout: 10_000, forceCloseConnections: true });
  addHealth(app, readiness);
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
  return app;
}
