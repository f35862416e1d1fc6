/**
 * A gateway process that delivers webhooks, for tests that kill it. Reads one JSON object from its first argument and writes
 * a line to standard output when it is ready.
 */
import { openDatabase } from "@milepost/database";
import type { GatewayContext } from "../../src/context";
import { recordEvent } from "../../src/events/record";
import type { EventType } from "../../src/events/types";
import { createLog } from "../../src/observe/log";
import { createSecrets } from "../../src/secrets/process-secrets";
import { PROGRAM } from "../../src/store/migrations";
import type { CrashPoint } from "../../src/webhooks/crash-points";
import { createDeliveries } from "../../src/webhooks/deliveries";

/** What the process does. */
export interface ProcessOrders {
  database: { url: string } | { directory: string };
  /** Master key of the test's gateway, hex. */
  master: string;
  /** Unix milliseconds at which the process's clock starts. */
  startsAt: number;
  /** How much faster than real time the clock runs. */
  speed: number;
  leaseSecs: number;
  /** Point at which the process kills itself; null for never. */
  crashAt: CrashPoint | "after-record" | null;
  /** Event that it records first. */
  record: { accountId: string; type: EventType; objectId: string } | null;
}

async function main(): Promise<void> {
  const orders = JSON.parse(process.argv[2]!) as ProcessOrders;
  const database = await openDatabase(orders.database, PROGRAM);
  const start = Date.now();
  const die = () => process.kill(process.pid, "SIGKILL");
  const context = {
    database,
    // Only the sandbox may send to loopback.
    chains: { test: { sandboxKey: () => null } },
    secrets: createSecrets([Buffer.from(orders.master, "hex")]),
    log: createLog({ level: "silent" }),
    now: () => new Date(orders.startsAt + (Date.now() - start) * orders.speed),
  } as unknown as GatewayContext;
  const { record } = orders;
  if (record) {
    await database.transaction((transaction) =>
      recordEvent(transaction, { ...record, mode: "test", data: {} }, context.now()),
    );
  }
  if (orders.crashAt === "after-record") return void die();
  createDeliveries(context, {
    pollMs: 10,
    leaseSecs: orders.leaseSecs,
    crash: (point) => void (point === orders.crashAt && die()),
  }).start();
  // Its own timers do not keep the process alive.
  setInterval(() => undefined, 1_000);
  process.stdout.write("ready\n");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
