/** The clock of the sandbox's chain, by the localnet's own RPC method. */
import { GatewayError } from "../errors/gateway-error";
import type { ChainRuntime } from "./chain-runtime";

/** Skips so many seconds. Throws `GatewayError` (`chain_refused`). */
export async function advanceSandboxTime(
  { connection }: ChainRuntime,
  seconds: number,
): Promise<void> {
  const answer = await fetch(connection.rpcEndpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "localnet_warp", params: [{ seconds }] }),
  });
  const { error } = (await answer.json()) as { error?: { message: string } };
  if (error) throw new GatewayError("chain_refused", `The clock did not move: ${error.message}`);
}
