/** Records the payer's consent from the checkout page, before their wallet pays. */
import type { Database } from "@milepost/database";
import { recordAudit } from "../audit/record";
import { isAddress, isTextSignedBy } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Intent } from "../intents/intent";
import { isFree, listParts } from "../intents/parts-store";
import { consentText, needsConsent } from "../intents/release-consent";
import { lockIntent, readIntent, updateIntent } from "../intents/store";
import { secretCaller } from "./find-payment";
import type { ConsentBody } from "./schema";

/**
 * Keeps the signature of the wallet that is going to pay. Another wallet's replaces it while nothing is paid or on its way; the same
 * wallet's again changes nothing. Returns the intent.
 * Throws `GatewayError`: `invalid_request`, `signature_verification_failed`, `invalid_status`.
 */
export async function recordConsent(
  context: GatewayContext,
  { id }: Intent,
  { account, signature }: ConsentBody,
  requestId: string,
): Promise<Intent> {
  if (!isAddress(account)) {
    throw new GatewayError(
      "invalid_request",
      `account: expected the payer's wallet as a Solana address (base58, 32 bytes), received ${JSON.stringify(account)}`,
      { param: "account" },
    );
  }
  return context.database.transaction(async (transaction) => {
    await lockIntent(transaction, id);
    const intent = (await readIntent(transaction, id))!;
    const text = consentText(context.publicUrl, intent);
    if (!isTextSignedBy(account, text, signature)) {
      throw new GatewayError(
        "signature_verification_failed",
        `signature: expected a signature by ${account} of the message of checkout.consent`,
        { param: "signature" },
      );
    }
    const kept = intent.releaseConsent;
    if (!(await needsConsent(transaction, intent))) return intent;
    if (kept !== null && isTextSignedBy(account, text, kept)) return intent;
    await requireUnpaid(transaction, intent);
    const entry = { action: "consent.given", objectId: id, requestId, details: { account } };
    await recordAudit(transaction, secretCaller(intent), entry, context.now());
    return updateIntent(transaction, intent, { releaseConsent: signature }, context.now());
  });
}

/** The consent to what is paid, or may land at any time, is evidence. */
async function requireUnpaid(transaction: Database, intent: Intent): Promise<void> {
  const parts = await listParts(transaction, intent.id);
  if (intent.status !== "CANCELED" && parts.every(isFree)) return;
  throw new GatewayError(
    "invalid_status",
    intent.status === "CANCELED"
      ? "This payment was canceled. No consent is needed."
      : "A wallet has begun to pay. Only its consent counts.",
  );
}
