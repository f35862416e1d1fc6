/** Errors of the gateway, and how the page says them. Pure. */

/** What a `GatewayProblem` adds to its code and message. */
export interface GatewayProblemDetails {
  /** Status of the answer; null where none came. */
  status?: number | null;
  /** Name of the parameter that is wrong. */
  param?: string;
  /** Seconds after which a repetition may succeed. */
  retryAfter?: number;
  /** `Request-Id` of the answer, for the operator. */
  requestId?: string;
  cause?: unknown;
}

/** Code of a request that got no answer. */
export const UNREACHABLE = "gateway_unreachable";
/** Code of an answer that is not the gateway's, such as a proxy's error page. */
export const UNREADABLE = "gateway_unreadable";

/** A request that the gateway refused, or did not answer. `code` is one of the API's, or one of this file's. */
export class GatewayProblem extends Error {
  override readonly name = "GatewayProblem";
  readonly status: number | null;
  readonly param?: string;
  readonly retryAfter?: number;
  readonly requestId?: string;

  constructor(
    readonly code: string,
    message: string,
    { status = null, param, retryAfter, requestId, cause }: GatewayProblemDetails = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.param = param;
    this.retryAfter = retryAfter;
    this.requestId = requestId;
  }
}

interface WireError {
  code?: unknown;
  message?: unknown;
  param?: unknown;
  retryAfter?: unknown;
}

const textOr = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function secondsOf(error: WireError, headers: Headers): number | undefined {
  const value = error.retryAfter ?? headers.get("Retry-After");
  const seconds = value === null ? NaN : Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

/**
 * Returns the problem of an answer that is not a success. `body` is its JSON, of the API (`{error}`) or of an action (`{message, code}`).
 * @example
 * problemOf(response, { error: { code: "resource_missing", message: "No such payment: intent_1" } });
 */
export function problemOf(
  { status, headers }: Pick<Response, "status" | "headers">,
  body: unknown,
): GatewayProblem {
  const outer = typeof body === "object" && body !== null ? (body as { error?: unknown }) : {};
  const inner = typeof outer.error === "object" && outer.error !== null ? outer.error : outer;
  const error = inner as WireError;
  const requestId = headers.get("Request-Id") ?? undefined;
  const code = textOr(error.code);
  const message = textOr(error.message);
  if (!code || !message) {
    return new GatewayProblem(
      UNREADABLE,
      `The answer with status ${status} is not one of the gateway's.`,
      { status, requestId, retryAfter: secondsOf({}, headers) },
    );
  }
  const retryAfter = secondsOf(error, headers);
  return new GatewayProblem(code, message, {
    ...{ status, requestId, retryAfter },
    param: textOr(error.param),
  });
}

/** Returns any failure of a request as a `GatewayProblem`. */
export function toProblem(error: unknown): GatewayProblem {
  if (error instanceof GatewayProblem) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new GatewayProblem("page_failed", text, { cause: error });
}

/** Returns true where the same request may succeed later, so that a form keeps its entries and its Idempotency-Key. */
export const isTemporary = ({ code, status, param }: GatewayProblem): boolean =>
  code === UNREACHABLE ||
  (code === "forbidden" && param === CSRF_TOKEN) ||
  code === "idempotency_in_progress" ||
  code === "rate_limit_exceeded" ||
  code === "request_timeout" ||
  (status !== null && status >= 500);

/** A problem in the words of the page: what happened, and what to do. */
export interface Explanation {
  code: string;
  title: string;
  text: string;
  nextStep: string;
  canRetry: boolean;
  /** Seconds to wait before the next try. */
  retryAfter?: number;
}

type Words = Pick<Explanation, "title" | "text" | "nextStep">;

/** Header that a write of an older session gets wrong. */
const CSRF_TOKEN = "X-CSRF-Token";

const SESSION_REPLACED: Words = {
  title: "Another tab of this browser signed in again",
  text: "All tabs share one session, and this click used the previous session. Nothing was done.",
  nextStep: "Check who is signed in, then try again.",
};

const wordsOf: Readonly<Record<string, (problem: GatewayProblem) => Words>> = {
  [UNREACHABLE]: () => ({
    title: "The gateway is not reachable. Nothing was lost.",
    text: "Your entries are still here, and money on chain is not affected.",
    nextStep: "Check your connection. This page continues when the gateway is back.",
  }),
  authentication_required: ({ message }) => ({
    title: "Your session has ended",
    text: message,
    nextStep: "Sign in again.",
  }),
  rate_limit_exceeded: ({ retryAfter }) => ({
    title: "Too many requests",
    text: `The gateway takes the next request ${inSeconds(retryAfter)}.`,
    nextStep: "Wait, then try again.",
  }),
  idempotency_in_progress: () => ({
    title: "The same request is still running",
    text: "The gateway works on your first click. A second one changes nothing.",
    nextStep: "Wait a few seconds, then try again.",
  }),
  forbidden: ({ message, param }) =>
    param === CSRF_TOKEN
      ? SESSION_REPLACED
      : {
          title: "This wallet may not do that",
          text: message,
          nextStep: "Sign in with the wallet that may do it.",
        },
  resource_missing: ({ message }) => ({
    title: "Not found",
    text: message,
    nextStep: "Check the link, and use the wallet for which it was made.",
  }),
  conflict: ({ message }) => ({
    title: "Another request changed this first",
    text: message,
    nextStep: "Reload, look at the current state, and try again.",
  }),
  transaction_expired: ({ message }) => ({
    title: "The transaction has expired",
    text: message,
    nextStep: "Request a new one and sign it within a minute.",
  }),
};

const inSeconds = (seconds: number | undefined): string =>
  seconds === undefined ? "in a moment" : `in ${seconds} ${seconds === 1 ? "second" : "seconds"}`;

function defaultWords({ status, message, param, requestId }: GatewayProblem): Words {
  if (status === null || status >= 500) {
    const reference = requestId === undefined ? "" : ` Request: ${requestId}.`;
    return {
      title: "The gateway failed. Nothing was lost.",
      text: `${message}${reference}`,
      nextStep: "Try again. If it persists, tell the gateway's operator.",
    };
  }
  return {
    title: "The gateway refused this",
    text: message,
    nextStep: param === undefined ? "Reload and try again." : `Correct ${param} and try again.`,
  };
}

/**
 * Returns the problem in the page's words.
 * @example
 * explainProblem(new GatewayProblem("rate_limit_exceeded", "...", { status: 429, retryAfter: 7 })).nextStep; // "Wait, then try again."
 */
export function explainGatewayProblem(problem: GatewayProblem): Explanation {
  const words = (wordsOf[problem.code] ?? defaultWords)(problem);
  const { code, retryAfter } = problem;
  return { code, ...words, canRetry: isTemporary(problem), retryAfter };
}
