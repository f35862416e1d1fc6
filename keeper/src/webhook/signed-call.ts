/** Signed calls to a server of the operator's, by Standard Webhooks. */
import { Webhook } from "standardwebhooks";
import { withoutSecrets } from "../observe/redact";

/** The server could not be reached, or did not answer as agreed. Holds neither the secret nor the URL's credentials. */
export class CallbackError extends Error {
  /** Name of the class, as logs show it. */
  override readonly name = "CallbackError";
}

/** The URL without its credentials, and the header that carries them. Throws `CallbackError` for a URL that is not safe to use. */
export function webhookTarget(text: string): { url: URL; authorization: string | null } {
  if (!URL.canParse(text)) throw new CallbackError("the callback's URL is none");
  const url = new URL(text);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
    throw new CallbackError(`the callback's URL has to be https: ${withoutSecrets(text)}`);
  }
  const { username, password } = url;
  // `fetch` takes no credentials in a URL, and says the whole URL when it refuses.
  url.username = url.password = "";
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const isGiven = username !== "" || password !== "";
  return {
    url,
    authorization: isGiven ? `Basic ${Buffer.from(pair).toString("base64")}` : null,
  };
}

/** Signs by Standard Webhooks. Throws `CallbackError` for a secret that is not `whsec_` and base64. */
export function openWebhook(secret: string): Webhook {
  const isWellFormed = /^(whsec_)?[A-Za-z0-9+/]{16,}={0,2}$/.test(secret);
  try {
    if (isWellFormed) return new Webhook(secret);
  } catch {
    // Its message may hold the secret.
  }
  throw new CallbackError(
    "the callback's secret has to be whsec_ and at least 16 characters base64",
  );
}

/** One signed call. */
export interface SignedCall {
  /** The `webhook-id`: the same for each attempt that a receiver may take for one. */
  id: string;
  /** Wall time, which the signature names: receivers refuse old calls. */
  at: Date;
  body: string;
  /** The `authorization` header; null for none. */
  authorization: string | null;
  signal: AbortSignal;
}

/** The request of a call, signed by Standard Webhooks. It follows no redirect, which would carry the signed body elsewhere. */
export function signedRequest(webhook: Webhook, call: SignedCall): RequestInit {
  const { id, at, body, authorization, signal } = call;
  return {
    method: "POST",
    body,
    redirect: "error",
    signal,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": webhook.sign(id, at, body),
      ...(authorization ? { authorization } : {}),
    },
  };
}
