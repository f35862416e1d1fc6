/** Health of a gateway's parts, for its operator: database, chains, webhooks and queue. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import type { ChainRuntime } from "../chain";
import type { GatewayContext } from "../context";
import { newId } from "../ids/ids";
import { readKeeperHealth } from "./keeper-health";
import type { OperatorReport } from "./schema";

type Health = OperatorReport["health"];

/** Longest time in milliseconds that a chain may take to answer. */
const CHAIN_MS = 3_000;

/** Milliseconds for which a failure is reported. */
export const FAILED_MS = 86_400_000;

/** Reads the health of every part; a part that does not answer is reported, and fails nothing else. */
export async function readHealth(context: GatewayContext): Promise<Health> {
  const { database, now } = context;
  const chains = await Promise.all(
    (Object.entries(context.chains) as [Mode, ChainRuntime][]).map(([mode, chain]) =>
      readChain(mode, chain),
    ),
  );
  return {
    database: { ok: true, error: null },
    chains,
    keeper: await readKeeperHealth(context, chains),
    webhooks: await readWebhooks(database),
    jobs: await readJobs(database, now()),
  };
}

async function readChain(mode: Mode, chain: ChainRuntime): Promise<Health["chains"][number]> {
  try {
    const [slot, time] = await within(() =>
      Promise.all([chain.connection.getSlot("confirmed"), chain.time()]),
    );
    return { mode, ok: true, error: null, slot, time: Number(time) };
  } catch (error) {
    const { message } = error as Error;
    return { mode, ok: false, error: message, slot: null, time: null };
  }
}

/** Returns what `read` returns. Rejects when it takes too long. */
function within<T>(read: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = new Error(`The chain does not answer within ${CHAIN_MS / 1_000} seconds.`);
    const timer = setTimeout(() => reject(late), CHAIN_MS);
    // It may throw before it returns a promise.
    Promise.resolve()
      .then(read)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

async function readWebhooks(database: Database): Promise<Health["webhooks"]> {
  const [row] = await database.query<Health["webhooks"]>(
    `SELECT count(*)::integer AS endpoints,
       count(*) FILTER (WHERE status = 'disabled')::integer AS disabled,
       count(*) FILTER (WHERE status = 'enabled' AND failing_since IS NOT NULL)::integer AS failing,
       (SELECT count(*)::integer FROM milepost_gateway.webhook_deliveries WHERE state = 'pending') AS pending
     FROM milepost_gateway.webhook_endpoints`,
  );
  return row!;
}

async function readJobs(database: Database, now: Date): Promise<Health["jobs"]> {
  const [row] = await database.query<Health["jobs"]>(
    `SELECT
       (SELECT count(*)::integer FROM milepost_gateway.chain_jobs WHERE state = 'queued') AS waiting,
       (SELECT count(*)::integer FROM milepost_gateway.chain_jobs WHERE state = 'signed') AS running,
       (SELECT count(*)::integer FROM milepost_gateway.chain_jobs WHERE state = 'failed' AND id > $1) AS failed`,
    // Ids sort by their time.
    [newId("job", new Date(now.getTime() - FAILED_MS))],
  );
  return row!;
}
