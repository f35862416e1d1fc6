/** Signs webhooks by Standard Webhooks: `v1` with each valid secret, `v1a` with each signing key of the gateway. */
import { Webhook } from "standardwebhooks";
import { randomBytes } from "node:crypto";
import type { SigningKey } from "../secrets/signing-key";

/** A message and its keys. */
export interface Unsigned {
  /** Value of `webhook-id`: the id of the event, the same for each attempt. */
  id: string;
  /** Time of the attempt; receivers refuse old ones. */
  at: Date;
  body: string;
  /** Secrets that are valid now, newest first. */
  secrets: readonly string[];
  signingKeys: readonly SigningKey[];
}

/** Returns the three headers of Standard Webhooks. */
export function signatureHeaders({ id, at, body, secrets, signingKeys }: Unsigned) {
  const timestamp = Math.floor(at.getTime() / 1_000);
  const message = Buffer.from(`${id}.${timestamp}.${body}`);
  const signatures = [
    ...secrets.map((secret) => new Webhook(secret).sign(id, at, body)),
    ...signingKeys.map((key) => `v1a,${key.sign(message).toString("base64")}`),
  ];
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

/** Returns a new secret: `whsec_` and 256 random bits. */
export const newWebhookSecret = (bytes: Buffer = randomBytes(32)): string =>
  `whsec_${bytes.toString("base64")}`;
