/** Turns console output of libraries into lines of the log: web3.js reports failed subscriptions there. */
import { format } from "node:util";
import type { Logger } from "../observe/log";

const REPEAT_MS = 60_000;

/** Captures the console of this process from now on. Texts with the same beginning are written once per minute. */
export function logConsole(log: Logger, now: () => number = () => performance.now()): void {
  const saidAt = new Map<string, number>();
  const write = (...parts: unknown[]): void => {
    const text = format(...parts);
    const start = text.slice(0, 40);
    if (now() - (saidAt.get(start) ?? -Infinity) < REPEAT_MS) return;
    if (saidAt.size > 1_000) saidAt.clear();
    saidAt.set(start, now());
    log.warn({ event: "console", text: text.slice(0, 500) }, "a library reported a problem");
  };
  console.error = write;
  console.warn = write;
}
