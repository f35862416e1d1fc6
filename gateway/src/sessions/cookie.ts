/** The cookie of a session. Scripts cannot read it, and browsers do not send it with requests of other sites. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context";
import { SESSION_SECS } from "./session";

/** Name of the cookie. */
export const SESSION_COOKIE = "milepost_session";

const optionsFor = ({ publicUrl }: Pick<GatewayContext, "publicUrl">) => ({
  httpOnly: true,
  sameSite: "strict" as const,
  path: "/",
  secure: publicUrl.startsWith("https:"),
});

/** Returns the text of a request's session cookie, or null. ChainFreight and ChainPay read no cookies: they take keys only. */
export const sessionCookieOf = ({
  cookies,
}: Partial<Pick<FastifyRequest, "cookies">>): string | null => cookies?.[SESSION_COOKIE] ?? null;

/** Sets the cookie for as long as a session is valid. */
export function setSessionCookie(
  context: Pick<GatewayContext, "publicUrl">,
  reply: FastifyReply,
  secret: string,
): void {
  void reply.setCookie(SESSION_COOKIE, secret, { ...optionsFor(context), maxAge: SESSION_SECS });
}

/** Removes the cookie. */
export function clearSessionCookie(
  context: Pick<GatewayContext, "publicUrl">,
  reply: FastifyReply,
): void {
  void reply.clearCookie(SESSION_COOKIE, optionsFor(context));
}
