/** A page in the Chromium of this machine, for tests of what runs in a browser. */
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium, type Page } from "playwright-core";

const EXECUTABLES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** What the page shows: an address that is served already, or a classic script for an otherwise empty page. */
export type PageSource = { url: string } | { script: string };

export interface OpenPage {
  page: Page;
  /** Uncaught errors, and errors on the page's console, in their order. */
  problems: string[];
  close(): Promise<void>;
}

/** Path of Chromium: `CHROMIUM`, or where distributions put it. Throws when there is none. */
export function chromiumPath(): string {
  const given = process.env.CHROMIUM;
  const found = given ?? EXECUTABLES.find((path) => existsSync(path));
  if (found && existsSync(found)) return found;
  throw new Error(
    given
      ? `CHROMIUM names ${given}, which does not exist`
      : "no Chromium here: run toolchain/setup --tests, or name one in CHROMIUM",
  );
}

/**
 * Opens a page in headless Chromium and waits until it is loaded. A script is served from 127.0.0.1, which browsers treat
 * as a secure context: WebCrypto is there.
 * @example
 * const { page, problems, close } = await openPage({ script: "globalThis.answer = 42" });
 * await page.evaluate("answer"); // 42
 * await close();
 */
export async function openPage(source: PageSource): Promise<OpenPage> {
  const server = "script" in source ? await serve(source.script) : null;
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await server?.close();
  };
  try {
    browser = await chromium.launch({
      executablePath: chromiumPath(),
      // Chromium's sandbox refuses to run as root, which containers of a CI do.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    });
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await page.goto("url" in source ? source.url : server!.url);
    return { page, problems, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function serve(script: string): Promise<{ url: string; close: () => Promise<void> }> {
  const bodies: Record<string, [type: string, body: string]> = {
    "/": [
      "text/html",
      '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/app.js"></script>',
    ],
    "/app.js": ["text/javascript", script],
  };
  const server = createServer((request, response) => {
    const [type, body] = bodies[request.url ?? ""] ?? ["text/plain", "not found"];
    response.writeHead(bodies[request.url ?? ""] ? 200 : 404, {
      "content-type": `${type}; charset=utf-8`,
    });
    response.end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
