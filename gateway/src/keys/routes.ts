/** `/v1/api-keys`. */
import type {
  FastifyPluginAsyncTypebox,
  TypeBoxTypeProvider,
} from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { GatewayContext } from "../context";
import { callerOf } from "../http/authenticate";
import { missing } from "../errors/gateway-error";
import type { Routes } from "../http/app";
import { forgetKnownKeys } from "../http/known-keys";
import { ListQuery, listOf, pageOf, toList } from "../http/list";
import { optionalBody } from "../http/optional-body";
import { write } from "../http/write";
import { ApiKey, CreatedApiKey, KeyParams, NewApiKey, RollApiKey } from "./schema";
import { createApiKey, revokeApiKey, rollApiKey } from "./service";
import { findKey, listKeys, showKey } from "./store";

const COMMON = { tags: ["API keys"] };
const config = { scope: "keys:write" } as const;

type App = Parameters<FastifyPluginAsyncTypebox>[0];

/** Routes of API keys. */
export const keyRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addReads(app, context);
  addWrites(app, context);
  // Before the answer leaves, so that a client who reads it finds the key refused.
  app.addHook("onSend", (request, _reply, payload, done) => {
    if (request.method !== "GET") forgetKnownKeys(context);
    done(null, payload);
  });
  return Promise.resolve();
};

function addReads(app: App, context: GatewayContext): void {
  app.get(
    "/api-keys",
    {
      config,
      schema: {
        ...COMMON,
        operationId: "listApiKeys",
        summary: "List the account's keys of this mode, newest first",
        querystring: Type.Object(ListQuery, { additionalProperties: false }),
        response: { 200: listOf(ApiKey) },
      },
    },
    async (request) => {
      const page = pageOf(request.query, "");
      const rows = await listKeys(context.database, callerOf(request), page);
      return toList(rows, page, showKey);
    },
  );
  app.get(
    "/api-keys/:keyId",
    {
      config,
      schema: {
        ...COMMON,
        operationId: "getApiKey",
        summary: "Get a key, without its text",
        params: KeyParams,
        response: { 200: ApiKey },
      },
    },
    async (request) => {
      const { keyId } = request.params;
      const row = await findKey(context.database, callerOf(request), keyId);
      if (!row) throw missing("API key", keyId);
      return showKey(row);
    },
  );
}

function addWrites(app: App, context: GatewayContext): void {
  app.post(
    "/api-keys",
    {
      config,
      schema: {
        ...COMMON,
        operationId: "createApiKey",
        summary: "Create a key of the calling key's mode; the answer has its text, once",
        body: NewApiKey,
        response: { 201: CreatedApiKey },
      },
    },
    write(context, (transaction, request, caller) =>
      createApiKey(context, transaction, caller, request.body as NewApiKey),
    ),
  );
  app.post(
    "/api-keys/:keyId/roll",
    {
      config,
      schema: {
        ...COMMON,
        operationId: "rollApiKey",
        summary: "Replace a key; the old one stays valid for some hours",
        params: KeyParams,
        body: optionalBody(RollApiKey),
        response: { 201: CreatedApiKey },
      },
    },
    write(context, (transaction, request, caller) => {
      const { keyId } = request.params as { keyId: string };
      const body = (request.body ?? {}) as RollApiKey;
      return rollApiKey(context, transaction, caller, keyId, body);
    }),
  );
  app.post(
    "/api-keys/:keyId/revoke",
    {
      config,
      schema: {
        ...COMMON,
        operationId: "revokeApiKey",
        summary: "Revoke a key at once",
        params: KeyParams,
        response: { 200: ApiKey },
      },
    },
    write(context, (transaction, request, caller) => {
      const { keyId } = request.params as { keyId: string };
      return revokeApiKey(context, transaction, caller, keyId);
    }),
  );
}
