/**
 * The secret with which a payer's page and wallet reach one intent, and nothing else: no API key belongs into a browser. It is
 * derived from the process's master keys, so that the database has none of them.
 */
import { timingSafeEqual } from "node:crypto";
import type { GatewayContext } from "../context";
import type { Intent } from "./intent";

const labelOf = (id: string): string => `client secret of ${id}`;

const textOf = (id: string, secret: Buffer): string =>
  `${id}_secret_${secret.toString("base64url")}`;

/**
 * Returns the intent's client secret.
 * @example
 * clientSecretOf(context, intent); // intent_01jdx3..._secret_...
 */
export const clientSecretOf = (
  { secrets }: Pick<GatewayContext, "secrets">,
  { id }: Pick<Intent, "id">,
): string => textOf(id, secrets.derive(labelOf(id)));

/** Returns true for a client secret of the intent, made with any of the process's master keys. */
export function isClientSecret(
  { secrets }: Pick<GatewayContext, "secrets">,
  { id }: Pick<Intent, "id">,
  text: string,
): boolean {
  const given = Buffer.from(text);
  return secrets.deriveEach(labelOf(id)).some((secret) => {
    const expected = Buffer.from(textOf(id, secret));
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}
