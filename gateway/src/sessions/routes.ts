/** `/v1/wallet-sessions`: a wallet signs in to the page, without an API key. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { App, Routes } from "../http/app";
import { isOwnOrigin } from "../http/own-origin";
import { clearSessionCookie, setSessionCookie } from "./cookie";
import {
  EndedSessionView,
  NewSessionBody,
  SessionChallengeBody,
  SessionChallengeView,
  WalletSessionView,
} from "./schema";
import { beginSession, createSessionChallenge, showSession } from "./service";
import { removeSession } from "./store";

const tags = ["Wallet sessions"];
const CURRENT = "/wallet-sessions/current";

/** Routes of wallet sessions. */
export const sessionRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addChallenge(app, context);
  addBegin(app, context);
  addCurrent(app, context);
  addEnd(app, context);
  return Promise.resolve();
};

function addChallenge(app: App, context: GatewayContext): void {
  app.post(
    "/wallet-sessions/challenges",
    {
      config: { isPublic: true },
      schema: {
        operationId: "createWalletSessionChallenge",
        tags,
        summary: "Create the text that a wallet signs to begin a session",
        description: "Good once, for ten minutes. The signature sends no transaction.",
        body: SessionChallengeBody,
        response: { 201: SessionChallengeView },
      },
    },
    async (request, reply) => {
      void reply.status(201);
      return createSessionChallenge(context, request.body);
    },
  );
}

function addBegin(app: App, context: GatewayContext): void {
  app.post(
    "/wallet-sessions",
    {
      config: { isPublic: true, namesObject: true, checksOrigin: true },
      schema: {
        operationId: "createWalletSession",
        tags,
        summary: "Begin a session with a signed challenge",
        description:
          "Sets the cookie `milepost_session` for twelve hours. A request from a page of another origin is refused.",
        body: NewSessionBody,
        response: { 201: WalletSessionView },
      },
    },
    async (request, reply) => {
      const { origin } = request.headers;
      if (origin !== undefined && !isOwnOrigin(context, request, origin)) {
        throw new GatewayError(
          "forbidden",
          `Origin: expected the gateway's own, received ${origin}. Open the page at the gateway's own address.`,
          { param: "Origin" },
        );
      }
      const begun = await context.database.transaction((transaction) =>
        beginSession(context, transaction, request.body),
      );
      setSessionCookie(context, reply, begun.secret);
      void reply.status(201).header("cache-control", "no-store");
      return showSession(context, begun);
    },
  );
}

function addCurrent(app: App, context: GatewayContext): void {
  app.get(
    CURRENT,
    {
      config: { isSession: true },
      schema: {
        operationId: "getWalletSession",
        tags,
        summary: "Return the session of the cookie",
        response: { 200: WalletSessionView },
      },
    },
    async (request, reply) => {
      void reply.header("cache-control", "no-store");
      return showSession(context, request.walletSession!);
    },
  );
}

function addEnd(app: App, context: GatewayContext): void {
  app.delete(
    CURRENT,
    {
      config: { isSession: true },
      schema: {
        operationId: "endWalletSession",
        tags,
        summary: "End the session of the cookie",
        response: { 200: EndedSessionView },
      },
    },
    async (request, reply) => {
      const { id } = request.walletSession!.session;
      await removeSession(context.database, id);
      clearSessionCookie(context, reply);
      return { id, object: "wallet_session" as const, deleted: true as const };
    },
  );
}
