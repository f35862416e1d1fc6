/**
 * The payer's consent to an account that releases on its word alone. An account that the operator knows as a platform needs
 * none; any other could be the payee in disguise, and only the payer's wallet can agree to that.
 */
import type { Database } from "@milepost/database";
import { isTextSignedBy } from "../chain";
import { GatewayError } from "../errors/gateway-error";
import { isPlatform } from "../keys/store";
import { formatAmount } from "../money/amount";
import type { Intent } from "./intent";
import { isGatewayRelease } from "./release-plan";

/**
 * Returns the text that the payer's wallet signs. It names the intent, the payee and the amount, so that it is good for nothing
 * else. The signature names the payer.
 */
export const consentText = (publicUrl: string, intent: Intent): string =>
  [
    `Milepost gateway at ${publicUrl}`,
    "",
    `I pay ${formatAmount(intent.amount, intent.decimals)} ${intent.currency} into escrow (${intent.mode} mode).`,
    "I agree that the platform that created this payment intent may release it to the payee without my approval.",
    "",
    `Payment intent: ${intent.id}`,
    `Payee: ${intent.recipient}`,
  ].join("\n");

/** Returns true where the payer has to agree first. */
export async function needsConsent(database: Database, intent: Intent): Promise<boolean> {
  if (!isGatewayRelease(intent.releaseCondition)) return false;
  return !(await isPlatform(database, intent.accountId));
}

/**
 * Returns the consent to keep, or null where none is needed. One that was given before counts for the wallet that signed it.
 * Refuses a confirmation without the payer's consent where it is needed.
 * Throws `GatewayError`: `invalid_request` without it, `signature_verification_failed` for another signature.
 */
export async function requireConsent(
  database: Database,
  publicUrl: string,
  { intent, payer, consent }: { intent: Intent; payer: string; consent: string | null },
): Promise<string | null> {
  if (!(await needsConsent(database, intent))) return null;
  const param = "releaseConsent";
  const text = consentText(publicUrl, intent);
  const isKept =
    intent.releaseConsent !== null && isTextSignedBy(payer, text, intent.releaseConsent);
  const given = consent ?? (isKept ? intent.releaseConsent : null);
  if (given === null) {
    throw new GatewayError(
      "invalid_request",
      `${param}: required, because this account releases without the payer's approval, and missing. Have the payer's wallet sign the ` +
        `message of GET /v1/payment-intents/${intent.id}/release-consent?payerAddress=${payer}, or create the intent with ` +
        "autoRelease false.",
      { param },
    );
  }
  if (isTextSignedBy(payer, text, given)) return given;
  throw new GatewayError(
    "signature_verification_failed",
    `${param}: expected a signature by ${payer} of the message of the intent's release consent`,
    { param },
  );
}
