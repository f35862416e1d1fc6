/** Fees that a new policy takes over from the operator's gateway and from the program. */
import { getPaymentGateway, getProgramConfig } from "@milepost/sdk";
import type { ChainRuntime } from "./chain-runtime";
import { contextOf } from "./sdk-context";

/** Fees that the program takes from the recipient's share, in basis points. */
export interface GatewayFees {
  gatewayFeeBps: number;
  protocolFeeBps: number;
}

/**
 * Returns the fees as they stand now; a policy keeps what they were at its creation.
 * Throws the SDK's errors.
 */
export async function readGatewayFees(chain: ChainRuntime): Promise<GatewayFees> {
  const context = contextOf(chain);
  const [gateway, config] = await Promise.all([
    getPaymentGateway(context, chain.gateway),
    getProgramConfig(context),
  ]);
  return { gatewayFeeBps: gateway.feeBps, protocolFeeBps: config.protocolFeeBps };
}
