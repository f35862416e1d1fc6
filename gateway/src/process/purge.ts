/** Removes rows after their time, in small batches. Several processes of a database may do it at once. */
import type { GatewayContext } from "../context";
import { purgeIdempotencyKeys } from "../http/idempotency-keys";
import { purgeSessionChallenges, purgeSessions } from "../sessions/purge";
import { purgeSignings, purgeSpending } from "../signing/purge";
import { purgeChallenges } from "../wallets/purge";
import { purgeEvents } from "../webhooks/purge";

/** Rows per statement: a purge must not hold up the work beside it. */
const BATCH = 500;
const EVERY_MS = 3_600_000;

const PURGES = [
  purgeIdempotencyKeys,
  purgeSignings,
  purgeSpending,
  purgeChallenges,
  purgeSessionChallenges,
  purgeSessions,
] as const;

/** Removes what is over; returns the number of rows, events not counted with their deliveries. */
export async function purge({
  database,
  now,
}: Pick<GatewayContext, "database" | "now">): Promise<number> {
  let removed = await purgeEvents(database, now());
  for (const purgeBatch of PURGES) {
    for (;;) {
      const rows = await purgeBatch(database, now(), BATCH);
      removed += rows;
      if (rows < BATCH) break;
    }
  }
  return removed;
}

/** Purges now and every hour, until it is stopped. */
export function startPurge(
  context: Pick<GatewayContext, "database" | "now" | "log">,
  everyMs = EVERY_MS,
): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    running = running
      .then(() => purge(context))
      .then((rows) => context.log.debug({ rows }, "old rows were removed"))
      .catch((error: unknown) => context.log.warn({ err: error }, "old rows were not removed"));
  };
  const timer = setInterval(run, everyMs).unref();
  run();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
