/** Serves the page where no route of the API fits: its files, and its one document for every address of its own. */
import path from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Fallback } from "../http/app";
import type { PageConfig } from "./page-config";
import { fileOf, INDEX, isPage } from "./page-directory";
import { cacheOf, pageHeaders } from "./page-headers";

/** Input of `createPage`. */
export interface PageOptions {
  /** Directory of the built page. */
  directory: string;
  config: PageConfig;
}

/** First parts of paths that belong to the API: they keep its JSON answers. */
const API_PARTS = ["v1", "api", "actions", "docs", "sandbox"];

/**
 * Returns the page as the server's fallback, or null where the directory has no built page.
 * @example
 * const page = createPage({ directory: packagedPage(), config });
 * const app = await buildApp(context, RESOURCES, { fallback: page ?? undefined });
 */
export function createPage({ directory: given, config }: PageOptions): Fallback | null {
  const directory = path.resolve(given);
  if (!isPage(directory)) return null;
  const headers = pageHeaders(config);
  return {
    async register(app) {
      await app.register(fastifyStatic, { root: directory, serve: false, cacheControl: false });
      addConfig(app, config, headers);
    },
    takes: (request) => targetOf(directory, request) !== null,
    answer(request, reply) {
      const file = targetOf(directory, request) ?? `/${INDEX}`;
      return send(reply.headers(headers), file);
    },
  };
}

function addConfig(
  app: FastifyInstance,
  config: PageConfig,
  headers: Readonly<Record<string, string>>,
): void {
  const options = { config: { isPublic: true }, schema: { hide: true } };
  app.get("/page.json", options, (_request, reply) =>
    reply.headers({ ...headers, "cache-control": "no-cache" }).send(config),
  );
}

function send(reply: FastifyReply, file: string): FastifyReply {
  return reply.header("cache-control", cacheOf(file)).sendFile(file.slice(1));
}

/** Returns the file that answers a request, or null where the API's 404 does. */
function targetOf(directory: string, { method, url, headers }: FastifyRequest): string | null {
  if (method !== "GET" && method !== "HEAD") return null;
  const pathname = url.split("?")[0]!;
  if (API_PARTS.includes(pathname.split("/")[1]!)) return null;
  if (pathname === "/") return `/${INDEX}`;
  const isDocument = /\btext\/html\b/i.test(headers.accept ?? "");
  return fileOf(directory, pathname) ?? (isDocument ? `/${INDEX}` : null);
}
