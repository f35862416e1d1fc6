/** Gauges of the chains that a process serves. */
import { Gauge } from "prom-client";
import type { Mode } from "../caller/mode";
import type { ChainRuntime } from "../chain";
import type { GatewayMetrics } from "../observe/metrics";

/** Registers the gauges, and asks the chain when they are read. A chain that does not answer leaves them as they are. */
export function measureChains(
  metrics: GatewayMetrics,
  chains: Readonly<Partial<Record<Mode, ChainRuntime>>>,
): void {
  const registers = [metrics.registry];
  const labelNames = ["mode"];
  const sol = new Gauge({
    name: "milepost_gateway_sponsor_lamports",
    help: "Balance of the sponsor, which pays fees and rent",
    ...{ labelNames, registers },
  });
  const time = new Gauge({
    name: "milepost_gateway_chain_time_seconds",
    help: "Chain time that the RPC last reported; it stands still while the RPC does not answer",
    ...{ labelNames, registers },
  });
  for (const chain of Object.values(chains)) {
    const labels = { mode: chain.mode };
    metrics.sample(async () => {
      time.set(labels, Number(await chain.time()));
      sol.set(labels, await chain.connection.getBalance(chain.sponsor.publicKey));
    });
  }
}
