/** The HTTP server: limits, request ids, JSON, keys, errors. Resources add their routes as plugins. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import cookie from "@fastify/cookie";
import Fastify, {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyRequest,
} from "fastify";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { newId } from "../ids/ids";
import type { AnsweredRequest } from "../observe/metrics";
import { describeRoutes } from "../openapi/describe";
import { serveDocument } from "../openapi/routes";
import { authenticate } from "./authenticate";
import { errorHandler, unroutable } from "./error-handler";
import { refuseDepth, refuseText, refuseValue } from "./json-text";
import { type Fallback, refuseUnread, unknownRoutes } from "./methods";
import { requestLimits, type RequestLimitOptions } from "./request-limits";
import { brokenRequests, type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from "./connections";
import { requireOwnParty } from "../sessions/own-party";
import { serializerCompiler, validatorCompiler } from "./schema-compilers";

/** Longest body in bytes. */
export const BODY_LIMIT = 256 * 1024;

/** Prefixes under which the API answers: `/api/v1` is the local base of Finternet's documentation. */
export const PREFIXES = ["/v1", "/api/v1"] as const;

export type { Fallback };

/** The server as a resource's routes see it: schemas give the types of requests. */
export type App = Parameters<FastifyPluginAsyncTypebox>[0];

/** A resource's routes, without a prefix. */
export type Routes = (context: GatewayContext) => FastifyPluginAsync;

/** Settings of the server. */
export interface ServerOptions {
  /** Requests per key and per address. Default: unlimited. */
  rateLimits?: RequestLimitOptions | null;
  /** Limits of connections; a field that is left out has its default. */
  connections?: Partial<ConnectionLimits>;
  /** Addresses of proxies whose `X-Forwarded-For` is believed, such as `10.0.0.0/8`. Default: none. */
  trustProxy?: string | false;
  /** Routes that lie at the root, such as those of Solana Actions. Default: none. */
  rootRoutes?: readonly Routes[];
  /** Answers GET requests that no route takes. Default: none, and they are answered with 404. */
  fallback?: Fallback;
  /** Listener for each answer. */
  onAnswer?(answer: AnsweredRequest): void;
  /** True once the process stops: each answer then tells the client that its connection ends. */
  isStopping?(): boolean;
}

/**
 * Creates a server with limits, request ids and errors, without routes, bodies and keys. ChainFreight and ChainPay are servers
 * like the API's.
 */
export function createServer(
  context: GatewayContext,
  {
    connections,
    trustProxy = false,
    fallback,
    onAnswer,
    isStopping,
  }: Omit<ServerOptions, "rateLimits"> = {},
): FastifyInstance {
  const limits = { ...DEFAULT_CONNECTION_LIMITS, ...connections };
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.ceil(limits.headersMs / 4),
    },
    trustProxy,
    clientErrorHandler: brokenRequests(limits, context.publicUrl),
    frameworkErrors: unroutable(context),
    // A request that arrives while the process stops is answered as well, with the API's own error.
    forceCloseConnections: "idle",
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    genReqId: () => newId("request", context.now()),
  });
  app.server.maxConnections = limits.count;
  app.setValidatorCompiler(validatorCompiler());
  app.setSerializerCompiler(serializerCompiler());
  app.setErrorHandler(errorHandler(context));
  const unknown = unknownRoutes(app, fallback);
  app.setNotFoundHandler(unknown);
  app.addHook("preParsing", refuseUnread(unknown));
  app.addHook("onRequest", (request, reply, done) => {
    // A text of somebody never becomes a page, whatever it contains.
    void reply.headers({ "Request-Id": request.id, "X-Content-Type-Options": "nosniff" });
    done(refuseUrl(request.url));
  });
  refuseWhileClosing(app, context);
  if (onAnswer) reportAnswers(app, onAnswer);
  if (isStopping) {
    app.addHook("onSend", (_request, reply, _payload, done) => {
      if (isStopping()) void reply.header("connection", "close");
      done();
    });
  }
  return app;
}

/**
 * Builds the server with the given resources; it does not listen yet.
 * @example
 * const app = await buildApp(context, RESOURCES);
 * await app.listen({ port: 8080 });
 */
export async function buildApp(
  context: GatewayContext,
  resources: readonly Routes[],
  { rateLimits = null, rootRoutes = [], ...options }: ServerOptions = {},
): Promise<FastifyInstance> {
  const app = createServer(context, options);
  acceptJson(app);
  await app.register(cookie);
  app.addHook("onRequest", authenticate(context, rateLimits && requestLimits(context, rateLimits)));
  app.addHook("preHandler", requireOwnParty);
  await describeRoutes(app);
  serveDocument(app);
  await options.fallback?.register(app);
  for (const routes of rootRoutes) await app.register(named(routes(context)));
  for (const prefix of PREFIXES) {
    for (const routes of resources) await app.register(named(routes(context)), { prefix });
  }
  return app;
}

/** Names a plugin: for one without a name, Fastify compares it with every module that the process has loaded. */
const named = (plugin: FastifyPluginAsync): FastifyPluginAsync =>
  Object.assign(plugin, { [Symbol.for("fastify.display-name")]: "routes" });

/** Answers requests that arrive once the server closes: another process, or this one after its start, takes them. */
function refuseWhileClosing(app: FastifyInstance, { publicUrl }: GatewayContext): void {
  const stopping = new GatewayError(
    "unavailable",
    "The gateway is stopping, and did nothing. Repeat the request.",
    { retryAfter: 1 },
  );
  let isClosing = false;
  app.addHook("preClose", (done) => {
    isClosing = true;
    done();
  });
  app.addHook("onRequest", (_request, reply, done) => {
    if (!isClosing) return done();
    // Sent here and not thrown: a stop is no failure that the log should tell.
    void reply
      .status(stopping.status)
      .headers({ "retry-after": stopping.retryAfter, connection: "close" })
      .send(stopping.toBody(publicUrl));
  });
}

/** Returns the error of a URL with a NUL character, which no database can look up. */
const refuseUrl = (url: string): GatewayError | undefined =>
  url.includes("%00")
    ? new GatewayError("invalid_request", "URL: expected text without NUL characters")
    : undefined;

function reportAnswers(app: FastifyInstance, onAnswer: (answer: AnsweredRequest) => void): void {
  app.addHook("onResponse", ({ method, routeOptions: { schema } }, reply, done) => {
    onAnswer({
      operation: schema?.operationId ?? "unknown",
      method,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
}

/** Accepts JSON without a Content-Type, as S2's confirm sends it, and a POST without a body (fastify#297). */
function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser(["application/json", "text/plain"]);
  const parser = (
    request: FastifyRequest,
    body: string,
    done: (error: Error | null, value?: unknown) => void,
  ): void => {
    const type = request.headers["content-type"];
    if (type !== undefined && !ACCEPTED.test(type)) {
      done(
        new GatewayError(
          "unsupported_media_type",
          `Content-Type: expected application/json, received ${type}`,
        ),
      );
    } else if (body === "") done(null, undefined);
    else {
      const tooDeep = refuseDepth(body);
      if (tooDeep) done(tooDeep);
      else {
        void parse(request, body, (error, value) =>
          done(error ? refuseText(body, error) : refuseValue(body, value), value),
        );
      }
    }
  };
  app.addContentTypeParser("*", { parseAs: "string" }, parser);
}

/** JSON, and what `curl -d` and `fetch` say of whatever text they send. */
const ACCEPTED = /^(application\/(json|x-www-form-urlencoded)|text\/plain)\b/i;
