/**
 * A keeper as `milepost-keeper run` puts it together, except that a lease may be shorter than five minutes.
 * `URL WS_URL KEYPAIR_FILE DATABASE CONCURRENCY LEASE_SECONDS LOG_LEVEL`, run by the benches; the database is a URL, or a
 * directory for an embedded one.
 */
import { PROGRAM_ID } from "@milepost/sdk";
import { openChain, openLog, openPresence, openStore } from "../src/cli/open";
import { keepHeapSmall } from "../src/cli/small-heap";
import { readCommand } from "../src/config/config";
import { openSocket } from "../src/find/socket";
import { createKeeper } from "../src/keeper";
import { openQueue } from "../src/queue/leases";

/** Lamports per hour: more than all accounts of a soak take. */
const RENT_BUDGET = 1_000_000_000_000n;

/** Line on standard output after the first scan. */
const STARTED = "started";

/** Reads the arguments as the command reads its flags; the lease is not one of them. */
function readArguments(args: string[]) {
  const [url, wsUrl, keypair, database, concurrency, lease, logLevel] = args as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const read = readCommand(
    [
      ...["run", "--url", url, "--ws-url", wsUrl, "--keypair", keypair, "--metrics-port", "off"],
      ...[database.includes("://") ? "--database-url" : "--data-dir", database],
      ...["--concurrency", concurrency, "--log-level", logLevel],
    ],
    {},
  );
  if (read.command !== "run") throw new Error("not a keeper's flags");
  return { config: read.config, leaseSeconds: Number(lease) };
}

async function main(args: string[]): Promise<void> {
  const { config, leaseSeconds } = readArguments(args);
  keepHeapSmall(config.database);
  const log = openLog(config);
  const { connections, metrics, genesisHash } = await openChain(config);
  const warn = (error: Error) => log.warn({ err: error }, "database");
  const store = await openStore(config, genesisHash, warn);
  const presence = await openPresence(config, warn);
  const queue = await openQueue(store, {
    leaseSeconds,
    presence: presence ?? undefined,
    onError: warn,
  });
  const keeper = createKeeper({
    database: store,
    isShared: "url" in config.database,
    queue,
    connection: connections.any,
    connections: connections.each,
    connect: () => {
      const next = connections.nextSocketUrl();
      return openSocket(next.url, { wsUrl: next.wsUrl });
    },
    feePayer: config.feePayer,
    log,
    metrics,
    programId: PROGRAM_ID,
    priority: config.priority,
    concurrency: config.concurrency,
    // A fifth of the recipients have no token account.
    rentBudget: RENT_BUDGET,
  });
  const told = new Promise<void>((resolve) => process.once("SIGTERM", () => resolve()));
  const started = keeper.start();
  void started.then(() => console.log(STARTED));
  await told;
  await keeper.stop();
  await started.catch(() => undefined);
  await presence?.close();
  await store.close();
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
