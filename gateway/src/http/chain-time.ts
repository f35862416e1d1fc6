/** Reads the chain's time before a write: every decision about money takes it, and no transaction may wait for a network. */
import { chainOf, type GatewayContext } from "../context";
import type { Caller } from "../caller/caller";
import { GatewayError } from "../errors/gateway-error";

/**
 * Returns a `prepare` of `write` that reads the chain's time in Unix seconds. It throws `GatewayError` (`chain_unavailable`)
 * when the chain does not answer.
 */
export function readChainTime(context: GatewayContext) {
  return async (_request: unknown, { mode }: Caller): Promise<bigint> => {
    try {
      return await chainOf(context, mode).time();
    } catch (cause) {
      throw new GatewayError(
        "chain_unavailable",
        "The chain does not answer. Repeat the request.",
        {
          retryAfter: 2,
          cause,
        },
      );
    }
  };
}
