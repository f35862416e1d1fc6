/** Sends the page's requests: with its session, with a key per write, and with every failure as a `GatewayProblem`. */
import { GatewayProblem, problemOf, UNREACHABLE } from "./problem";
import type { WriteKeys } from "./write-keys";

/** What the transport asks and tells the rest of the page. */
export interface TransportOptions {
  /** Origin of the gateway, which is the page's own. */
  baseUrl: string;
  fetch: (request: Request) => Promise<Response>;
  keys: WriteKeys;
  /** Returns the session's CSRF token, or null without a session. */
  csrfToken(): string | null;
  /** Called for each answer. */
  onAnswer(): void;
  /** Called where no answer came. */
  onSilence(): void;
  /** Called where a request needs a session and there is none. */
  onSignedOut(): void;
  /** Called where an answer may be for another session than the page's: another tab may have replaced the cookie. */
  onDoubt(): void;
}

/** Sends one request. Rejects with `GatewayProblem` where no answer came, and with the `AbortError` of the caller's own signal. */
export type Transport = (request: Request) => Promise<Response>;

const READS = ["GET", "HEAD"];

/** Statuses of what a wallet may not do or see. */
const DOUBTFUL: readonly number[] = [403, 404];

/** Creates the transport. */
export function createTransport(options: TransportOptions): Transport {
  const { fetch, keys, csrfToken, onAnswer, onSilence, onSignedOut, onDoubt } = options;
  return async (request) => {
    const isWrite = !READS.includes(request.method);
    const write = isWrite ? await nameOf(request) : "";
    if (isWrite) addHeaders(request, csrfToken(), keys.keyFor(write));
    let answer: Response;
    try {
      answer = await fetch(request);
    } catch (error) {
      if (request.signal.aborted) throw error;
      onSilence();
      throw new GatewayProblem(UNREACHABLE, "The gateway did not answer.", { cause: error });
    }
    onAnswer();
    if (isWrite && !(await isInProgress(answer))) keys.settle(write, answer.status);
    if (answer.status === 401) onSignedOut();
    if (DOUBTFUL.includes(answer.status) && csrfToken() !== null) onDoubt();
    return answer;
  };
}

function addHeaders(request: Request, token: string | null, key: string): void {
  if (token !== null) request.headers.set("X-CSRF-Token", token);
  if (!request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", key);
}

/**
 * Names a write by its content. A form with files gets a name, and so a key, of its own every time: reading megabytes twice would
 * be slow, and a caller that repeats one sets the header itself.
 */
async function nameOf(request: Request): Promise<string> {
  const type = request.headers.get("content-type") ?? "";
  const body = type.startsWith("multipart/") ? crypto.randomUUID() : await request.clone().text();
  const account = request.headers.get("Milepost-Account") ?? "";
  return [request.method, request.url, account, body].join("\n");
}

async function isInProgress(answer: Response): Promise<boolean> {
  if (answer.status !== 409) return false;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return problemOf(answer, body).code === "idempotency_in_progress";
}

/**
 * Sends a request whose answer is JSON, for routes that the API's document leaves out.
 * Throws `GatewayProblem`.
 * @example
 * await sendJson(transport, `${location.origin}/sandbox/clock`, { method: "GET" });
 */
export async function sendJson<Answer>(
  transport: Transport,
  url: string,
  { method = "GET", body, signal }: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<Answer> {
  const answer = await transport(
    new Request(url, {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      cache: "no-store",
      credentials: "same-origin",
    }),
  );
  const json: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problemOf(answer, json);
  return json as Answer;
}
