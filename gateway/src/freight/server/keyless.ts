/** The sandbox asks for no key on a loopback address, as spec 004's curls send none. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context";
import { SCOPES } from "../../caller/caller";
import { authenticate, keyOf } from "../../http/authenticate";
import type { RequestLimits } from "../../http/request-limits";

const LOOPBACK = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|::ffff:127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;
const LOOPBACK_NAME = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?$/i;

/** Returns true for an address that only this computer reaches. */
export const isLoopback = (address: string): boolean =>
  address === "localhost" || LOOPBACK.test(address);

/**
 * Returns a hook that sets `request.caller`. A request without a key is the sandbox account's if it comes from this computer
 * and no web page sent it: a page of another site must not reach the sandbox through a visitor's browser.
 */
export function authenticateFreight(
  context: GatewayContext,
  keylessAccountId: string | null,
  limits: RequestLimits | null,
) {
  const withKey = authenticate(context, limits);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { isPublic } = request.routeOptions.config;
    const isKeyless = keylessAccountId !== null && !isPublic && keyOf(request) === null;
    if (!isKeyless || !isLocal(request)) return withKey(request, reply);
    request.caller = {
      accountId: keylessAccountId,
      keyId: "sandbox",
      mode: "test",
      scopes: SCOPES,
    };
  };
}

function isLocal({ ip, headers }: FastifyRequest): boolean {
  const { host, origin } = headers;
  return LOOPBACK.test(ip) && LOOPBACK_NAME.test(host ?? "") && origin === undefined;
}
