/**
 * Serves metrics, health and status over HTTP, on this machine only unless told otherwise. An answer is valid for a second
 * and shared by all requests within it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerRetry } from "./retry-request";
import { SharedAnswers } from "./shared-answers";

/** Readiness of a keeper, as `Keeper.readiness` returns it. */
export interface Readiness {
  /** True when every check is met; `/readyz` then answers 200, otherwise 503. */
  isReady: boolean;
  /** Result per check: `database`, `scanned`, `rpc`, `fee payer` and `running`. */
  checks: Record<string, boolean>;
  /** Further lines, such as the state of each RPC. */
  notes?: readonly string[];
}

/** Options of `serveHttp`. */
export interface HttpOptions {
  /** Port to listen on; 0 takes a free one. */
  port: number;
  /** Address to listen on. Default: 127.0.0.1, since there is no authentication. */
  host?: string;
  /** Returns the body of `/metrics`. */
  metrics(): Promise<{
    /** Metrics in Prometheus's text format. */
    text: string;
    /** Content type of `text`, for the HTTP header. */
    contentType: string;
  }>;
  /** Returns the result that `/readyz` answers with. */
  readiness(): Promise<Readiness>;
  /** Returns the body of `/status`: the text of `milepost-keeper status`. */
  status(): Promise<string>;
  /** Retries these policies, or all, at once and returns their number. Without it, `POST /retry` is refused. */
  retry?(policies: readonly string[]): Promise<number>;
  /**
   * Listener for answers that failed: called for the first one, then at most once per minute with the number of failures since
   * the last call. The client learns only that there is no answer.
   */
  onError(error: unknown, failures: number): void;
  /** Clock in milliseconds that never goes back. Default: `performance.now`. */
  now?: () => number;
}

/** A running server, as `serveHttp` returns it. */
export interface HttpServer {
  /** Port that the server listens on, also when 0 was asked for. */
  port: number;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

interface Answer {
  code: number;
  type: string;
  body: string;
}

const TEXT = "text/plain; charset=utf-8";
const REQUEST_TIMEOUT_MS = 10_000;
/** Highest number of connections: each uses a file descriptor, which RPC and database need as well. */
const MAX_CONNECTIONS = 1_000;

/** Starts the server. Rejects when the port is taken. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const { now = () => performance.now(), onError } = options;
  const answers = new SharedAnswers({ now, onError });
  const server = createServer((request, response) => {
    respond(request, response, answers, options).catch(() => {
      write(response, { code: 500, type: TEXT, body: "the keeper could not answer\n" });
    });
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, options.port, options.host ?? "127.0.0.1");
  // Such as too many open files at a new connection: without a listener, the error would end the process.
  server.on("error", (error) => onError(error, 1));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answers: SharedAnswers,
  options: HttpOptions,
): Promise<void> {
  const { method } = request;
  if (method === "POST" && request.url === "/retry" && options.retry) {
    const answer = await answerRetry(request, (policies) => options.retry!(policies));
    return write(response, { ...answer, type: TEXT });
  }
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return write(response, { code: 405, type: TEXT, body: "only GET\n" });
  }
  const path = (request.url ?? "/").split("?")[0]!;
  const answer = SHARED.includes(path)
    ? await answers.get(path, () => answerFor(path, options))
    : await answerFor(path, options);
  write(response, method === "HEAD" ? { ...answer, body: "" } : answer);
}

/** Answers the paths that need more than a text. */
const SHARED: readonly string[] = ["/metrics", "/readyz", "/status"];

async function answerFor(path: string, options: HttpOptions): Promise<Answer> {
  switch (path) {
    case "/metrics": {
      const { text, contentType } = await options.metrics();
      return { code: 200, type: contentType, body: text };
    }
    // Any answer is enough: a restart does not help a keeper without a database or an RPC.
    case "/healthz":
      return { code: 200, type: TEXT, body: "ok\n" };
    case "/readyz": {
      const { isReady, checks, notes = [] } = await options.readiness();
      const lines = [
        ...Object.entries(checks).map(([name, met]) => `${met ? "ok" : "NO"}  ${name}\n`),
        ...notes.map((note) => `--  ${note}\n`),
      ];
      return { code: isReady ? 200 : 503, type: TEXT, body: lines.join("") };
    }
    case "/status":
      return { code: 200, type: TEXT, body: await options.status() };
    default:
      return { code: 404, type: TEXT, body: "/metrics /healthz /readyz /status\n" };
  }
}

function write(response: ServerResponse, { code, type, body }: Answer): void {
  if (response.headersSent) return;
  response.writeHead(code, {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
