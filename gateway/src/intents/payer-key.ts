/** Whether this process can sign for the one who pays an intent. */
import type { ChainRuntime } from "../chain";
import type { Intent } from "./intent";

/**
 * Returns true where the sandbox's own payer pays, or will pay. A payment of any other wallet needs that wallet's signatures, in
 * the sandbox as well.
 */
export function hasPayerKey(
  { sandboxKey }: Pick<ChainRuntime, "sandboxKey">,
  { accountId, payer }: Pick<Intent, "accountId" | "payer">,
): boolean {
  if (!sandboxKey) return false;
  return payer === null || sandboxKey(accountId, "payer").publicKey.toBase58() === payer;
}
