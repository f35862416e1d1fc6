/**
 * `/actions/intents/:id` as Solana Actions and Solana Pay ask for it, and `/actions.json`. Any page and any wallet may call them, so
 * every answer carries the headers of CORS; the client secret in the URL reaches one intent.
 */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { findPayment } from "../checkout/find-payment";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { App, Routes } from "../http/app";
import { toGatewayError } from "../http/error-handler";
import { ICON } from "./icon";
import { AccountBody, ActionParams, ActionQuery, SentBody } from "./schema";
import { noteLanded, offerTransaction, showAction } from "./service";

/** Version of the specification of Solana Actions. */
const VERSION = "2.4";

/** Headers of every answer. */
const HEADERS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, PUT, OPTIONS",
  "access-control-allow-headers":
    "Content-Type, Authorization, Content-Encoding, Accept-Encoding, X-Accept-Action-Version, X-Accept-Blockchain-Ids",
  "access-control-expose-headers": "X-Action-Version, X-Blockchain-Ids",
  "x-action-version": VERSION,
} as const;

/** Digits of a genesis hash in the name of a chain. */
const CHAIN_ID_LENGTH = 32;

/** Routes of Solana Actions; they lie at the root. */
export const actionRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const live = context.chains.live;
  const chain = live
    ? { "x-blockchain-ids": `solana:${live.genesisHash.slice(0, CHAIN_ID_LENGTH)}` }
    : {};
  app.addHook("onSend", (_request, reply, payload, done) => {
    void reply.headers({ ...HEADERS, ...chain });
    done(null, payload);
  });
  answerErrors(app, context);
  addFiles(app);
  addPayment(app, context);
  return Promise.resolve();
};

/** Wallets show `message`. */
function answerErrors(app: App, { log }: GatewayContext): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toGatewayError(error);
    if (known.status >= 500) {
      log.error({ err: known.cause ?? known, requestId: request.id }, "a request failed");
    }
    if (known.retryAfter !== undefined) void reply.header("Retry-After", known.retryAfter);
    return reply.status(known.status).send({ message: known.message, code: known.code });
  });
}

const config = { isPublic: true } as const;
const schema = { hide: true } as const;

function addFiles(app: App): void {
  const rules = [
    { pathPattern: "/pay/*", apiPath: "/actions/intents/*" },
    { pathPattern: "/actions/**", apiPath: "/actions/**" },
  ];
  app.get("/actions.json", { config, schema }, () => ({ rules }));
  app.get("/actions/icon.svg", { config, schema }, (_request, reply) =>
    reply.header("content-type", "image/svg+xml").send(ICON),
  );
  for (const url of ["/actions.json", "/actions/icon.svg"]) addPreflight(app, url);
}

const addPreflight = (app: App, url: string): void => {
  app.options(url, { config, schema }, (_request, reply) => reply.status(204).send());
};

function addPayment(app: App, context: GatewayContext): void {
  const url = "/actions/intents/:id";
  const [params, querystring] = [ActionParams, ActionQuery];
  app.get(url, { config, schema: { ...schema, params, querystring } }, async (request) => {
    const { params: of, query } = request;
    return showAction(context, await findPayment(context, of.id, secretIn(query)));
  });
  app.post(
    url,
    { config, schema: { ...schema, params, querystring, body: AccountBody } },
    async ({ params: of, query, body, id }) => {
      const intent = await findPayment(context, of.id, secretIn(query));
      return offerTransaction(context, intent, body, id);
    },
  );
  app.post(
    `${url}/sent`,
    { config, schema: { ...schema, params, querystring, body: SentBody } },
    async ({ params: of, query, body, id }) => {
      const intent = await findPayment(context, of.id, secretIn(query));
      return noteLanded(context, intent, body, id);
    },
  );
  for (const each of [url, `${url}/sent`]) addPreflight(app, each);
}

/** Returns the secret. Throws `GatewayError` (`invalid_request`) without one. */
function secretIn({ client_secret: secret }: ActionQuery): string {
  if (secret !== undefined) return secret;
  throw new GatewayError(
    "invalid_request",
    "client_secret: required, and missing. Add what follows # in the payment's link as ?client_secret=.",
    { param: "client_secret" },
  );
}
