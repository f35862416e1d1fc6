/** Verifies the signature of a webhook by Standard Webhooks: `v1` with the endpoint's secret, `v1a` with the public key. */
import { createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { EventVerificationError } from "./verification-error";

/** Headers of a request, in any case, as Node.js and `fetch` have them. */
export type WebhookHeaders =
  Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Keys that a receiver trusts; one of them is enough. */
export interface WebhookKeys {
  /** Secrets of the endpoint, `whsec_...`: while one is rolled, the old and the new one. */
  secrets?: readonly string[];
  /** Public keys of `GET /v1/webhook-signing-key`, `whpk_...`. */
  publicKeys?: readonly string[];
}

/** Options of `verifySignature`. */
export interface SignatureOptions extends WebhookKeys {
  /** Seconds by which the timestamp may differ from the local time. Default: 300. */
  toleranceSecs?: number;
  /** Local time. Default: the system's. */
  now?: () => Date;
}

/** Scheme of the signature that matched. */
export type SignatureScheme = "v1" | "v1a";

/**
 * DER header of an ed25519 public key in SPKI, hexadecimal; the 32 bytes of the key follow. A browser that hashes evidence loads this
 * file too, and has no `Buffer`.
 */
const SPKI_HEADER = "302a300506032b6570032100";

/**
 * Verifies a webhook's signature over the exact bytes of the body. Give the body as it came: parsed and written again, it may
 * be another text.
 * Throws `EventVerificationError`.
 * @example
 * verifySignature(rawBody, request.headers, { secrets: [process.env.WEBHOOK_SECRET!] });
 */
export function verifySignature(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  { secrets = [], publicKeys = [], toleranceSecs = 300, now = () => new Date() }: SignatureOptions,
): SignatureScheme {
  if (secrets.length + publicKeys.length === 0) {
    throw new TypeError("give at least one secret or public key");
  }
  const id = headerOf(headers, "webhook-id");
  const timestamp = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature").split(" ");
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new EventVerificationError("headers_invalid", "webhook-timestamp is not in Unix seconds");
  }
  const seconds = Number(timestamp);
  const age = now().getTime() / 1_000 - seconds;
  if (Math.abs(age) > toleranceSecs) {
    throw new EventVerificationError(
      "timestamp_out_of_tolerance",
      `the webhook was signed ${Math.round(Math.abs(age))} seconds ${age > 0 ? "ago" : "ahead of the local time"}, at most ${toleranceSecs} are allowed`,
    );
  }
  const text = typeof body === "string" ? body : Buffer.from(body).toString("utf8");
  const at = new Date(seconds * 1_000);
  const expected = secrets.map((secret) => new Webhook(secret).sign(id, at, text));
  if (signatures.some((given) => expected.some((own) => isSame(given, own)))) return "v1";
  const message = Buffer.from(`${id}.${timestamp}.${text}`);
  if (publicKeys.some((key) => signatures.some((given) => isSignedBy(key, given, message)))) {
    return "v1a";
  }
  throw new EventVerificationError(
    "signature_mismatch",
    "no signature of the webhook is of the given keys: check the secret, and that the body is the one that came",
  );
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  if (typeof value === "string" && value !== "") return value;
  throw new EventVerificationError("headers_invalid", `the header ${name} is missing`);
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function isSignedBy(publicKey: string, given: string, message: Buffer): boolean {
  const [scheme, signature] = given.split(",");
  if (scheme !== "v1a" || !signature) return false;
  const raw = Buffer.from(publicKey.replace(/^whpk_/, ""), "base64");
  if (raw.length !== 32) throw new TypeError("a public key is whpk_ and base64 of 32 bytes");
  const key = createPublicKey({
    key: Buffer.concat([Buffer.from(SPKI_HEADER, "hex"), raw]),
    format: "der",
    type: "spki",
  });
  return verify(null, message, key, Buffer.from(signature, "base64"));
}
