/** `GET /openapi.json` and the pages under `/docs`, each generated once. */
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Document } from "./document";
import { toErrorsPage } from "./errors-page";
import { toPage } from "./page";
import { PAGE_HEADERS } from "./page-frame";

/** Adds the routes. They ask for no key. */
export function serveDocument(app: FastifyInstance): void {
  const document = (): Document => app.swagger() as unknown as Document;
  const serve = (url: string, headers: Record<string, string>, make: () => string): void => {
    let text: string | undefined;
    const options = { config: { isPublic: true }, schema: { hide: true } };
    app.get(url, options, (_request, reply): FastifyReply => {
      text ??= make();
      return reply.headers(headers).send(text);
    });
  };
  const json = { "content-type": "application/json; charset=utf-8" };
  serve("/openapi.json", json, () => documentText(document()));
  serve("/docs", PAGE_HEADERS, () => toPage(document()));
  serve("/docs/errors", PAGE_HEADERS, toErrorsPage);
}

/** Returns the document as the gateway serves it and the repository keeps it. */
export const documentText = (document: Document): string =>
  `${JSON.stringify(document, null, 2)}\n`;
