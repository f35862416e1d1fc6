/**
 * Keeps the sandbox's own routes to the page of this sandbox: other sites in the same browser reach the machine's loopback as well,
 * and a name that resolves to it (DNS rebinding) even looks like the same origin to the browser.
 */
import type { FastifyRequest, onRequestHookHandler } from "fastify";
import { GatewayError } from "../errors/gateway-error";
import { loopbackOriginOf } from "../http/own-origin";

/** Returns a hook that refuses requests of other origins: 403 `forbidden`. */
export const ownOriginOnly: onRequestHookHandler = (request, _reply, done) =>
  done(refusalOf(request));

function refusalOf(request: FastifyRequest): GatewayError | undefined {
  const { method, headers } = request;
  const { host = "", origin } = headers;
  const own = loopbackOriginOf(request);
  if (own === null) {
    return forbidden(`Host: expected localhost, 127.0.0.1 or [::1], received ${shown(host)}.`);
  }
  // A browser sends no Origin with a GET of the page itself.
  const isRead = method === "GET" || method === "HEAD";
  if (origin === undefined ? !isRead : origin !== own) {
    return forbidden(`Origin: expected ${own}, received ${shown(origin ?? "")}.`);
  }
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || (isRead && site === "none")) return undefined;
  return forbidden(`Sec-Fetch-Site: expected same-origin, received ${shown(String(site))}.`);
}

const shown = (text: string): string => (text === "" ? "nothing" : JSON.stringify(text));

const forbidden = (found: string): GatewayError =>
  new GatewayError("forbidden", `Only the sandbox's own page may ask for this. ${found}`);
