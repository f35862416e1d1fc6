/** A context whose chain is never asked: the HTTP benches measure requests that only the database answers. */
import type { Database } from "@milepost/database";
import { Keypair } from "@solana/web3.js";
import type { GatewayContext } from "../src/context";
import { createLog } from "../src/observe/log";
import { createSecrets } from "../src/secrets/process-secrets";
import { fakeChain, NotedJobs } from "../test/harness/test-gateway";

/** Returns a context with a test chain that has fixed keys. */
export function benchContext(database: Database): GatewayContext {
  const key = Keypair.fromSeed(Buffer.alloc(32, 7));
  return {
    database,
    chains: { test: { ...fakeChain("test", { now: Date.now() }), sandboxKey: () => key } },
    outbox: new NotedJobs(),
    secrets: createSecrets([Buffer.alloc(32, 7)]),
    log: createLog({ level: "silent" }),
    now: () => new Date(),
    publicUrl: "http://127.0.0.1",
  };
}
