/** Keys of jobs that must not run at once, whatever resource they belong to. */
import type { ChainRuntime, Currency } from "./chain-runtime";
import { mintOf } from "./sdk-context";

/**
 * Returns the key of everything that creates a policy for this owner and currency: policies take consecutive ids, so two
 * that are built at once take the same one.
 * @example
 * await context.outbox.enqueue(transaction, { ...job, serialKey: policyIdKey(chain, payer, "USDC") });
 */
export const policyIdKey = (chain: ChainRuntime, owner: string, currency: Currency): string =>
  `policy-id:${chain.mode}:${owner}:${mintOf(chain, currency).mint.toBase58()}`;
