/** Waits for a funding that is on its way, so that a request right after the confirmation finds the money locked. */
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { readChainTime } from "../http/chain-time";
import { findIntent } from "../intents/find-intent";
import { listParts } from "../intents/parts-store";

/** Returns a `prepare` of `write` that waits for the intent's funding jobs, then reads the chain's time. */
export function awaitFunding(context: GatewayContext) {
  const readTime = readChainTime(context);
  return async (request: { params: unknown }, caller: Caller): Promise<bigint> => {
    const { id } = request.params as { id: string };
    const intent = await findIntent(context.database, caller, id);
    if (intent.status === "PROCESSING") {
      const parts = await listParts(context.database, intent.id);
      for (const { jobId } of parts) {
        if (jobId !== null) await context.outbox.wait(jobId);
      }
    }
    return readTime(request, caller);
  };
}
