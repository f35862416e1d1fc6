/** Starts processes that deliver webhooks. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { bundleProgram, MODULES } from "@milepost/database/testing";
import type { ProcessOrders } from "./delivery-process";

const started = new Set<ChildProcess>();

/** Starts a process with the test gateway's master key. */
export function startProcess(orders: Partial<ProcessOrders> & Pick<ProcessOrders, "database">) {
  const program = bundleProgram(path.join(__dirname, "delivery-process.ts"));
  const all: ProcessOrders = {
    master: Buffer.alloc(32, 7).toString("hex"),
    startsAt: Date.parse("2026-01-01T00:00:00Z"),
    speed: 1,
    leaseSecs: 60,
    crashAt: null,
    record: null,
    ...orders,
  };
  const child = spawn(process.execPath, [program, JSON.stringify(all)], {
    env: { ...process.env, NODE_PATH: MODULES },
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.add(child);
  return {
    /** Resolves once the process runs its deliveries. */
    ready: once(child.stdout, "data"),
    /** Resolves with the signal that ended it. */
    ended: once(child, "exit").then(([, signal]) => signal as string | null),
    kill: () => child.kill("SIGKILL"),
  };
}

/** Ends every process that still runs. */
export async function endProcesses(): Promise<void> {
  for (const child of started) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  started.clear();
}
