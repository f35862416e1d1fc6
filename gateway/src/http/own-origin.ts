/** Origins from which the page of this gateway sends requests: one rule for wallet sessions and for the sandbox. */
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../context";

/** Hosts of this machine, with any port. A name that resolves to it (DNS rebinding) is none of them. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** Request by which a page is recognized. */
export type PageRequest = Pick<FastifyRequest, "protocol" | "headers">;

/**
 * Returns the origin that the request's Host names on a loopback address, or null for any other host. A page of another port has
 * another origin.
 * @example
 * loopbackOriginOf(request); // "http://127.0.0.1:8080"
 */
export function loopbackOriginOf({ protocol, headers: { host = "" } }: PageRequest): string | null {
  const own = `${protocol}://${host}`;
  return LOOPBACK.test(host) && URL.canParse(own) ? new URL(own).origin : null;
}

/** Returns true for the origin of the gateway's public URL, and for the request's own on a loopback address. */
export function isOwnOrigin(
  { publicUrl }: Pick<GatewayContext, "publicUrl">,
  request: PageRequest,
  origin: string,
): boolean {
  return origin === new URL(publicUrl).origin || origin === loopbackOriginOf(request);
}
