/** The payer's consent to a release without their approval. Pure. */
import type { Checkout } from "./checkout-view";

/** Fields that the text must name: the signature is then good for this payment alone. */
interface ConsentSubject {
  intentId: string;
  checkout: Pick<Checkout, "amount" | "currency" | "payee">;
}

/**
 * Returns the name of the first field of the payment that the text does not name on a line of its own, or null. The page signs no
 * other text, whatever the gateway sends.
 * @example
 * missingInConsent(message, { intentId, checkout }); // "payee"
 */
export function missingInConsent(
  message: string,
  { intentId, checkout: { amount, currency, payee } }: ConsentSubject,
): string | null {
  const lines = message.split("\n");
  if (!lines.includes(`Payment intent: ${intentId}`)) return "payment intent";
  if (!lines.includes(`Payee: ${payee}`)) return "payee";
  if (!lines.some((line) => line.startsWith(`I pay ${amount} ${currency} `))) return "amount";
  return null;
}
