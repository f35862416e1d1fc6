/** Address of an intent's checkout page. */
import type { GatewayContext } from "../context";
import { clientSecretOf } from "./client-secret";
import type { Intent } from "./intent";

/**
 * Returns the address with the client secret in its fragment, which browsers do not send to the server.
 * @example
 * paymentUrlOf(context, intent); // https://pay.example.com/pay/intent_01jdx3...#intent_01jdx3..._secret_...
 */
export const paymentUrlOf = (
  context: Pick<GatewayContext, "publicUrl" | "secrets">,
  intent: Pick<Intent, "id">,
): string => `${context.publicUrl}/pay/${intent.id}#${clientSecretOf(context, intent)}`;
