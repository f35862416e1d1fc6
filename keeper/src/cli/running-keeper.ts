/** Asks the keeper that has the embedded database open, over its HTTP port. */
import type { DatabaseInUseError } from "@milepost/database";
import type { CommonConfig } from "../config/config";

/** Returns the answer's text. Rejects when the keeper does not answer. */
export async function askKeeper(
  { metricsHost, metricsPort }: CommonConfig,
  cause: DatabaseInUseError,
  path: string,
  request: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<string> {
  const isEverywhere = metricsHost === "0.0.0.0" || metricsHost === "::";
  const host = isEverywhere ? "127.0.0.1" : metricsHost;
  const shown = host.includes(":") ? `[${host}]` : host;
  try {
    if (!metricsPort) throw cause;
    const response = await fetch(`http://${shown}:${metricsPort}${path}`, {
      ...request,
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    return await response.text();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `a running keeper has ${cause.directory} and does not answer on --metrics-port (${why})`,
      { cause: error },
    );
  }
}
