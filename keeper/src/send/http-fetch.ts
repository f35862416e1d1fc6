/** Makes the requests to RPCs by `node:http`, which takes a quarter of the processor time of the global `fetch`. */
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request } from "node:http";
import { Agent as HttpsAgent, request as secureRequest } from "node:https";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Fetch } from "./rpc-pool";

/** Statuses of a redirect that keeps method and body (RFC 9110, section 15.4). */
const REDIRECTS: readonly unknown[] = [307, 308];

/**
 * Returns a `fetch` for JSON-RPC: it posts a text, keeps connections open, and offers gzip. Of an answer it has status,
 * headers, and a body to be read once, by `getReader`. A redirect goes to the global `fetch`.
 * @example
 * const pool = new RpcPool({ urls, fetch: httpFetch() });
 */
export function httpFetch(): Fetch {
  const agents = {
    http: new HttpAgent({ keepAlive: true }),
    https: new HttpsAgent({ keepAlive: true }),
  };
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const answer = await post(url, init ?? {}, agents);
    if (!REDIRECTS.includes(answer.statusCode)) return responseOf(answer, init?.signal);
    answer.resume();
    return globalThis.fetch(url, init);
  };
}

interface Agents {
  http: HttpAgent;
  https: HttpsAgent;
}

/** Sends the request. A kept connection that its server has just closed is no failure: the next one gets the request. */
function post(url: URL, init: RequestInit, agents: Agents): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = open(url, init, agents);
    outgoing.once("response", resolve);
    outgoing.once("error", (error: NodeJS.ErrnoException) => {
      const isStale = outgoing.reusedSocket && error.code === "ECONNRESET" && !init.signal?.aborted;
      if (isStale) post(url, init, agents).then(resolve, reject);
      else reject(failure("fetch failed", error, init.signal));
    });
    outgoing.end(init.body);
  });
}

/** Returns the error that `fetch` throws: the signal's reason, or a `TypeError` with the cause. */
function failure(message: string, cause: unknown, signal: RequestInit["signal"]): Error {
  return signal?.aborted ? (signal.reason as Error) : new TypeError(message, { cause });
}

function open(
  url: URL,
  { method, headers, body, signal }: RequestInit,
  agents: Agents,
): ClientRequest {
  const text = typeof body === "string" ? body : "";
  const sent: Record<string, string | number> = {};
  new Headers(headers).forEach((value, name) => (sent[name] = value));
  sent["accept-encoding"] = "gzip";
  sent["content-length"] = Buffer.byteLength(text);
  const options = { method, headers: sent, signal: signal ?? undefined };
  return url.protocol === "https:"
    ? secureRequest(url, { ...options, agent: agents.https })
    : request(url, { ...options, agent: agents.http });
}

/** Returns the part of a `Response` that `readLimited` and the pool use. */
function responseOf(answer: IncomingMessage, signal: RequestInit["signal"]): Response {
  const { statusCode: status = 0, statusMessage: statusText = "" } = answer;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  const ok = status >= 200 && status < 300;
  const body = bodyOf(decompressed(answer), signal);
  return { status, statusText, ok, headers, body } as unknown as Response;
}

function decompressed(answer: IncomingMessage): Readable {
  if (answer.headers["content-encoding"] !== "gzip") return answer;
  // The reader sees the failure of either.
  return pipeline(answer, createGunzip(), () => undefined);
}

/** Returns a stream's pieces in the form of a web stream, whose own machinery costs more than a small answer. */
function bodyOf(stream: Readable, signal: RequestInit["signal"]) {
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const cancel = async () => void stream.destroy();
  const read = () =>
    pieces.next().catch((error: unknown) => {
      throw failure("terminated", error, signal);
    });
  return { cancel, getReader: () => ({ cancel, read }) };
}
