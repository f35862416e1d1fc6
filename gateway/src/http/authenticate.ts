/** Finds the caller of a request: the API key of a header, or the wallet session of the cookie where there is no key. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Caller, Scope } from "../caller/caller";
import { type FoundCaller, noteUse } from "../keys/store";
import { sessionCookieOf } from "../sessions/cookie";
import { callerOfSession, requireSession } from "../sessions/authenticate-session";
import type { PartyAccess } from "../sessions/party-access";
import type { BegunSession } from "../sessions/service";
import { findKnownCaller } from "./known-keys";
import type { RequestLimits } from "./request-limits";

declare module "fastify" {
  interface FastifyRequest {
    /** Caller of the request; absent on a route with `config.isPublic`. */
    caller?: Caller;
    /** Session of the request on a route with `config.isSession`. */
    walletSession?: BegunSession;
  }
  interface FastifyContextConfig {
    /** Scope that the key needs. Every route has one, or is public. */
    scope?: Scope;
    /** True where no key is asked for. */
    isPublic?: boolean;
    /** Object that makes a session's wallet a party. Absent where parties have no access. */
    party?: PartyAccess;
    /** True where only a wallet session is asked for, and no key counts. */
    isSession?: boolean;
    /** True where a public route refuses a request of another origin's page: it answers 403. */
    checksOrigin?: boolean;
    /** True where no rate limit counts, as for health checks. */
    isUnlimited?: boolean;
    /** True where the query or the body names an object: the operation answers 404 where it does not exist. */
    namesObject?: boolean;
    /** True where the operation hands on what the chain says: it answers 502 where the chain refuses. */
    asksChain?: boolean;
  }
}

/** Returns the key's text from the headers, or null. */
export function keyOf({ headers }: Pick<FastifyRequest, "headers">): string | null {
  const header = headers["x-api-key"];
  if (typeof header === "string") return header;
  const [, scheme, value] = /^(Bearer|Basic) +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  if (!value) return null;
  if (scheme!.toLowerCase() === "bearer") return value;
  return Buffer.from(value, "base64").toString("utf8").split(":")[0] ?? null;
}

/**
 * Returns a hook that sets `request.caller`, or refuses the request: 401 without a key or session, 403 without the scope, 404
 * where the session's wallet is not a party, 429 above a rate limit. Requests without a valid key or session count by address,
 * the others by key or wallet. A key counts more than a cookie.
 */
export function authenticate(context: GatewayContext, limits: RequestLimits | null) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { scope, isPublic, isUnlimited, isSession } = request.routeOptions.config;
    if (isUnlimited) return;
    if (isPublic || request.routeOptions.url === undefined) {
      await limits?.countAddress(request, reply);
      return;
    }
    const countFailure = async (error: unknown): Promise<never> => {
      if (error instanceof GatewayError) await limits?.countAddress(request, reply);
      throw error;
    };
    if (isSession || (keyOf(request) === null && sessionCookieOf(request) !== null)) {
      const begun = await findSessionOf(context, request).catch(countFailure);
      await limits?.countKey(begun.session.address, reply);
      request.walletSession = begun;
      if (isSession) return;
      request.caller = await callerOfSession(context, request, begun, request.routeOptions.config);
      return;
    }
    const found = await findCallerOf(context, request).catch(countFailure);
    await limits?.countKey(found.caller.keyId, reply);
    if (!scope || !found.caller.scopes.includes(scope)) {
      throw new GatewayError("forbidden", `This key lacks the scope ${scope ?? "of this route"}.`);
    }
    request.caller = found.caller;
    await noteUseNow(context, found);
  };
}

/** Returns the session of a request. A route for sessions refuses a key: it would otherwise hide whose request it is. */
async function findSessionOf(
  context: GatewayContext,
  request: FastifyRequest,
): Promise<BegunSession> {
  if (keyOf(request) === null) return requireSession(context, request);
  throw new GatewayError(
    "authentication_required",
    "This route takes a wallet session and no API key. Leave the key out, and sign in with a wallet.",
  );
}

async function findCallerOf(
  context: GatewayContext,
  request: FastifyRequest,
): Promise<FoundCaller> {
  const refuse = (text: string) => new GatewayError("authentication_required", text);
  const key = keyOf(request);
  if (key === null) {
    throw refuse(
      "No API key. Send it as X-API-Key, as Authorization: Bearer, or as the user name of Basic authentication.",
    );
  }
  const found = await findKnownCaller(context, key);
  if (!found) throw refuse("This API key is not valid.");
  const { mode } = found.caller;
  if (!context.chains[mode]) throw refuse(`This gateway does not serve ${mode} keys.`);
  return found;
}

/** Age in milliseconds of the noted use from which a new one is written. */
const NOTE_USE_EVERY_MS = 60_000;

/** Writes that the key is in use, at most once per minute. A failure is logged: the request itself goes on. */
async function noteUseNow(
  { database, log, now }: GatewayContext,
  found: FoundCaller,
): Promise<void> {
  const { caller, lastUsed } = found;
  const time = now();
  const before = new Date(time.getTime() - NOTE_USE_EVERY_MS);
  if (lastUsed !== null && lastUsed > before) return;
  found.lastUsed = time;
  await noteUse(database, caller.keyId, time, before).catch((error: unknown) => {
    log.warn({ err: error, keyId: caller.keyId }, "the use of a key was not noted");
  });
}

/** Returns the caller of a request on a route that is not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Error("this route is public and has no caller");
  return request.caller;
}
