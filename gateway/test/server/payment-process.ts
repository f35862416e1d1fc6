/**
 * A process of the gateway that sends transactions and delivers webhooks, for tests that kill it at a given point. Its first
 * argument is one JSON object; it writes a line when it works.
 */
import { openDatabase } from "@milepost/database";
import { Keypair, PublicKey } from "@solana/web3.js";
import { createLiveChain } from "../../src/chain";
import type { GatewayContext } from "../../src/context";
import { JOB_HANDLERS } from "../../src/job-handlers";
import { createLog } from "../../src/observe/log";
import type { CrashPoint as OutboxPoint } from "../../src/outbox/crash-points";
import { createOutbox } from "../../src/outbox/create-outbox";
import { createSecrets } from "../../src/secrets/process-secrets";
import { PROGRAM } from "../../src/store/migrations";
import type { CrashPoint as WebhookPoint } from "../../src/webhooks/crash-points";
import { createDeliveries } from "../../src/webhooks/deliveries";

/** What the process works on. */
export interface PaymentOrders {
  databaseUrl: string;
  rpcUrl: string;
  programId: string;
  mint: string;
  signer: number[];
  sponsor: number[];
  /** Master key, hex. */
  master: string;
  /** Where it kills itself; null for never. */
  crashAt: `outbox ${OutboxPoint}` | `webhooks ${WebhookPoint}` | null;
}

async function main(): Promise<void> {
  const orders = JSON.parse(process.argv[2]!) as PaymentOrders;
  const database = await openDatabase(
    { url: orders.databaseUrl, onError: () => undefined },
    PROGRAM,
  );
  const keyOf = (bytes: number[]) => Keypair.fromSecretKey(Uint8Array.from(bytes));
  const chain = await createLiveChain({
    url: orders.rpcUrl,
    programId: new PublicKey(orders.programId),
    mints: { USDC: new PublicKey(orders.mint) },
    signer: keyOf(orders.signer),
    sponsor: keyOf(orders.sponsor),
    mode: "test",
  });
  // Only a sandbox sends to loopback, where the test's receiver is.
  const chains = { test: { ...chain, sandboxKey: () => null as never } };
  const log = createLog({ level: "silent" });
  const now = () => new Date();
  /** Kills the process by `kill -9`: nothing after the point runs, not even a `finally`. */
  const crash = (part: string) => (point: string) => {
    if (`${part} ${point}` !== orders.crashAt) return undefined;
    process.kill(process.pid, "SIGKILL");
    return new Promise<void>(() => undefined);
  };
  const outbox = createOutbox({
    ...{ database, chains, log, now, pollMs: 50, leaseSeconds: 1, resendEveryMs: 100 },
    crash: crash("outbox"),
  });
  const context: GatewayContext = {
    ...{ database, chains, outbox, log, now },
    secrets: createSecrets([Buffer.from(orders.master, "hex")]),
    publicUrl: "http://127.0.0.1:8080",
  };
  for (const register of JOB_HANDLERS) register(context);
  outbox.start();
  createDeliveries(context, { pollMs: 20, leaseSecs: 1, crash: crash("webhooks") }).start();
  // Its own timers do not keep the process alive.
  setInterval(() => undefined, 1_000);
  process.stdout.write("works\n");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
