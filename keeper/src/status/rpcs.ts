/** Shows the RPCs by host: in the log, the metrics, `/readyz` and the status. */
import type { Timers } from "../clock/timers";
import type { RpcHostView } from "../send/rpc-health";
import type { RpcPool } from "../send/rpc-pool";
import type { Logger } from "../observe/log";
import type { KeeperMetrics } from "../observe/metrics";
import { table } from "./table";

const ADVICE = {
  failing: "it does not answer correctly: check the node",
  slow: "it answers slower than the others: check the node or its plan",
  behind: "it is behind the other RPCs: check the node",
  "too large": "its answers exceed the limit: check the node behind the URL",
  "rate limited": "it asks for fewer requests: raise the plan's limit or add another --url",
  "wrong chain": "it leads to another chain: correct --url or wait until it leads back",
} as const;

/** Writes one line when an RPC is set aside and one when it is used again, and keeps the gauge. */
export function reportRpcs(pool: RpcPool, log: Logger, metrics: KeeperMetrics): void {
  for (const { host } of pool.health.views())
    metrics.rpcSetAside({ host, setAside: null, count: 0 });
  pool.health.onChange((change) => {
    const { host, setAside: reason } = change;
    metrics.rpcSetAside(change);
    if (reason === null) return log.info({ event: "rpc back", host }, "an RPC is used again");
    const level = reason === "wrong chain" ? "error" : "warn";
    log[level]({ event: "rpc set aside", host, reason }, `an RPC is set aside: ${ADVICE[reason]}`);
  });
}

const SOCKET_LINE_MS = 60_000;

/** Logs one line per host and minute for websocket errors, which repeat every second while an RPC is down. */
export function socketErrors(
  log: Logger,
  timers: Pick<Timers, "now">,
): (host: string, error: unknown) => void {
  const lines = new Map<string, { at: number; unsaid: number }>();
  return (host, error) => {
    const last = lines.get(host);
    const now = timers.now();
    if (last && now - last.at < SOCKET_LINE_MS) {
      last.unsaid += 1;
      return;
    }
    lines.set(host, { at: now, unsaid: 0 });
    const { message } = (error ?? {}) as { message?: unknown };
    const reason = typeof message === "string" ? message : "unknown";
    log.warn(
      { event: "websocket error", host, reason, repeated: last?.unsaid ?? 0 },
      "a websocket failed; the keeper opens it again, and scans find missed changes",
    );
  };
}

/** Returns true while an RPC leads to the keeper's chain. */
export function isOnChain(pool: RpcPool): boolean {
  return pool.health.views().some(({ setAside }) => setAside !== "wrong chain");
}

/** Returns one line per RPC, such as `rpc.example: set aside (slow)`. */
export function rpcNotes(pool: RpcPool): string[] {
  return pool.health.views().map(({ host, setAside }) => {
    return `${host}: ${setAside === null ? "in use" : `set aside (${setAside})`}`;
  });
}

/** Returns the table of RPCs of the status view. */
export function rpcTable(rpcs: readonly RpcHostView[]): string {
  return table(
    ["host", "state", "latency", "slot", "not offered"],
    rpcs.map(({ host, setAside, latencyMs, slot, unsupported }) => [
      host,
      setAside === null ? "in use" : `set aside: ${setAside}`,
      latencyMs === null ? null : `${latencyMs} ms`,
      slot === null ? null : String(slot),
      unsupported.join(", ") || null,
    ]),
  );
}
