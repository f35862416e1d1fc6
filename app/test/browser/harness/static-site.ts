/** A static host of the page, as `app/README.md` describes one: files, the fallback to `index.html`, and the headers. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { PageConfig } from "../../../src/config/page-config";

/** Answers one request of a route that is not a file. */
export type Answer = (body: unknown, request: IncomingMessage) => unknown;

/** Host that runs. */
export interface StaticSite {
  url: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** Content-Security-Policy of the page; `connect` lists the origins besides its own. */
export const csp = (connect: string) =>
  [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'",
    `connect-src 'self' ${connect}; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  ].join("; ");

/**
 * Serves a directory of built files. `page` makes the settings out of the site's URL, and `routes` answers paths such as a
 * fake RPC's with JSON.
 */
export async function startStaticSite(options: {
  directory: string;
  page: (url: string) => PageConfig;
  routes?: Readonly<Record<string, Answer>>;
}): Promise<StaticSite> {
  let url = "";
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? "/", url);
    const route = options.routes?.[pathname];
    if (route) return sendJson(response, await route(await readJson(request), request));
    if (pathname === "/page.json") return sendJson(response, options.page(url));
    return sendFile(options.directory, pathname, response);
  };
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function sendFile(directory: string, pathname: string, response: ServerResponse) {
  const wanted = path.join(directory, path.normalize(pathname));
  const found = path.extname(wanted) ? await readFile(wanted).catch(() => null) : null;
  const body = found ?? (await readFile(path.join(directory, "index.html")));
  const type = found ? TYPES[path.extname(wanted)] : "text/html";
  response.writeHead(200, {
    "content-type": `${type ?? "application/octet-stream"}; charset=utf-8`,
    "content-security-policy": csp("https: http://127.0.0.1:* ws://127.0.0.1:*"),
  });
  response.end(body);
}

function sendJson(response: ServerResponse, body: unknown) {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? null : JSON.parse(text);
}
