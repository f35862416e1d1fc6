/** Finds the intent of a client secret, for pages and wallets that have no API key. */
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { missing } from "../errors/gateway-error";
import { clientSecretOf, isClientSecret } from "../intents/client-secret";
import type { Intent } from "../intents/intent";
import { readIntent } from "../intents/store";

/** Returns the caller in the audit log: the holder of a client secret has no key. */
export const secretCaller = ({ accountId, mode }: Intent): Caller => ({
  accountId,
  mode,
  keyId: "client_secret",
  scopes: [],
});

/**
 * Returns the intent of a client secret.
 * Throws `GatewayError` (`resource_missing`) for an unknown id and for a wrong secret: the two look the same.
 */
export async function findPayment(
  context: GatewayContext,
  id: string,
  secret: string,
): Promise<Intent> {
  const intent = await readIntent(context.database, id);
  if (!intent || !isClientSecret(context, intent, secret) || !context.chains[intent.mode]) {
    throw missing("payment", id);
  }
  return intent;
}

/** Returns an address of Solana Actions for the payment, with its client secret. */
export const actionUrlOf = (context: GatewayContext, intent: Intent, tail = ""): string =>
  `${context.publicUrl}/actions/intents/${intent.id}${tail}?client_secret=${clientSecretOf(context, intent)}`;
