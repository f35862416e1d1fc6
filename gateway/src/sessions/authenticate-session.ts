/** Finds the caller behind a session's cookie: a party of the named object, or an administrator of the named account. */
import type { FastifyRequest } from "fastify";
import { type Caller, type Scope } from "../caller/caller";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { isOwnOrigin } from "../http/own-origin";
import { ADMINISTRATOR_SCOPES, isAdministrator } from "./administrators";
import { sessionCookieOf } from "./cookie";
import { findParty, type PartyAccess } from "./party-access";
import { isCsrfToken } from "./secret";
import { sessionOfSecret, type BegunSession } from "./service";

const READS = ["GET", "HEAD"];

const forbidden = (text: string, param?: string): GatewayError =>
  new GatewayError("forbidden", text, param === undefined ? {} : { param });

/**
 * Returns the session of a request's cookie.
 * Throws `GatewayError`: `authentication_required`; `forbidden` for a write without the session's token, or from another origin.
 */
export async function requireSession(
  context: GatewayContext,
  request: FastifyRequest,
): Promise<BegunSession> {
  const secret = sessionCookieOf(request);
  const session = secret === null ? null : await sessionOfSecret(context, secret);
  if (secret === null || session === null) {
    throw new GatewayError(
      "authentication_required",
      "The wallet session is missing or has ended. Sign in with the wallet again.",
    );
  }
  if (!READS.includes(request.method)) requireOwnPage(context, request, secret);
  return { session, secret };
}

/** A page of another site can neither read the token nor forge the origin. */
function requireOwnPage(context: GatewayContext, request: FastifyRequest, secret: string): void {
  const { origin, "x-csrf-token": token } = request.headers;
  if (origin === undefined || !isOwnOrigin(context, request, origin)) {
    const own = new URL(context.publicUrl).origin;
    throw forbidden(
      `Origin: expected ${own}, received ${origin ?? "none"}. Open the page at the gateway's own address.`,
      "Origin",
    );
  }
  if (typeof token === "string" && isCsrfToken(secret, token)) return;
  throw forbidden(
    "X-CSRF-Token: expected the session's csrfToken. Read it from /v1/wallet-sessions/current.",
    "X-CSRF-Token",
  );
}

/** Access that a route gives to sessions. */
export interface RouteAccess {
  scope?: Scope;
  party?: PartyAccess;
}

/**
 * Returns the caller of a session on a route: an administrator where `Milepost-Account` names an account, otherwise a party.
 * Throws `GatewayError`: `forbidden`, `resource_missing`.
 */
export function callerOfSession(
  context: GatewayContext,
  request: FastifyRequest,
  begun: BegunSession,
  access: RouteAccess,
): Promise<Caller> {
  const accountId = request.headers["milepost-account"];
  return typeof accountId === "string"
    ? administratorOf(context, accountId, begun, access)
    : partyOf(context, request, begun, access);
}

async function administratorOf(
  { database }: GatewayContext,
  accountId: string,
  { session: { id, mode, address: wallet } }: BegunSession,
  { scope }: RouteAccess,
): Promise<Caller> {
  if (!(await isAdministrator(database, accountId, wallet))) {
    throw forbidden(
      `Milepost-Account: the wallet ${wallet} is not an administrator of this account. Name one of the session's accounts.`,
      "Milepost-Account",
    );
  }
  if (!scope || !ADMINISTRATOR_SCOPES.includes(scope)) {
    throw forbidden(`An administrator's session lacks the scope ${scope ?? "of this route"}.`);
  }
  const session = { id, wallet, role: "administrator", personId: null } as const;
  return { accountId, keyId: id, mode, scopes: ADMINISTRATOR_SCOPES, session };
}

async function partyOf(
  { database }: GatewayContext,
  { params, query }: FastifyRequest,
  { session: { id, mode, address } }: BegunSession,
  { scope, party }: RouteAccess,
): Promise<Caller> {
  if (!party || !scope) {
    throw forbidden(
      "A wallet session cannot do this as a party. Use an API key, or name an account in Milepost-Account.",
    );
  }
  const named = {
    params: (params ?? {}) as Record<string, unknown>,
    query: (query ?? {}) as Record<string, unknown>,
  };
  const { accountId, personId } = await findParty(database, party, { mode, address }, named);
  const session = { id, wallet: address, role: "party", personId } as const;
  return { accountId, keyId: id, mode, scopes: [scope], session };
}
