/** Methods per path: a path that exists answers 405 with `Allow` to a method that it does not have, and OPTIONS. */
import type { FastifyInstance, FastifyReply, FastifyRequest, preParsingHookHandler } from "fastify";
import { GatewayError } from "../errors/gateway-error";

/** Answers GET requests that no route takes, such as those for a page's files. */
export interface Fallback {
  /** Adds what it needs to the server, before the server listens. */
  register(app: FastifyInstance): Promise<void>;
  /** Returns true for a request that it answers. */
  takes(request: FastifyRequest): boolean;
  answer(request: FastifyRequest, reply: FastifyReply): FastifyReply;
}

interface Route {
  shape: RegExp;
  methods: Set<string>;
}

/** Notes every route from now on; returns the handler of requests that no route takes. */
export function unknownRoutes(app: FastifyInstance, fallback?: Fallback) {
  const routes = new Map<string, Route>();
  app.addHook("onRoute", ({ url, method }) => {
    const known = routes.get(url) ?? { shape: shapeOf(url), methods: new Set<string>() };
    for (const name of [method].flat()) known.methods.add(name);
    routes.set(url, known);
  });
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split("?")[0]!;
    // As the router does: a path that is written out comes before one with a parameter.
    const literal = routes.get(path);
    const fitting = literal
      ? [literal]
      : [...routes.values()].filter(({ shape }) => shape.test(path));
    const methods = new Set(fitting.flatMap(({ methods }) => [...methods]));
    if (methods.size === 0 && fallback?.takes(request)) return fallback.answer(request, reply);
    // A path with its method has no route where a part of it is too long for an id.
    if (methods.size === 0 || methods.has(request.method)) {
      throw new GatewayError("resource_missing", `No such route: ${request.method} ${path}`);
    }
    const allowed = [...methods, "OPTIONS"].sort().join(", ");
    void reply.header("Allow", allowed);
    if (request.method === "OPTIONS") return reply.status(204).send();
    throw new GatewayError(
      "method_not_allowed",
      `${path} has no ${request.method}. Use one of ${allowed}.`,
    );
  };
}

/** Answers requests that no route takes before their body is read: what the body is like makes no difference to them. */
export const refuseUnread =
  (answer: ReturnType<typeof unknownRoutes>): preParsingHookHandler =>
  (request, reply, payload, done) => {
    if (!request.is404) return done(null, payload);
    try {
      answer(request, reply);
    } catch (error) {
      done(error as Error);
    }
  };

const shapeOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .split("/")
      .map((part) => (part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
      .join("/")}$`,
  );
