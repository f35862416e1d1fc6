/** The error of the HTTP API: one body, one type, one status per code. */

/** Kinds of errors, as in Finternet's API. */
export type ErrorType =
  "authentication_error" | "invalid_request_error" | "api_error" | "rate_limit_error";

/** Status, type and remedy per code. Append-only: a client may compare codes. */
export const ERROR_CODES = {
  authentication_required: {
    status: 401,
    type: "authentication_error",
    fix: "Send a valid key as `X-API-Key`, as `Authorization: Bearer`, or as the user name of Basic authentication. In the page, sign in with a wallet.",
  },
  forbidden: {
    status: 403,
    type: "authentication_error",
    fix: "Use a key with the scope that the message names, or do what the message says about the wallet session.",
  },
  invalid_request: {
    status: 400,
    type: "invalid_request_error",
    fix: "Correct the parameter that `param` names; the message says what was expected and what came.",
  },
  invalid_state_transition: {
    status: 400,
    type: "invalid_request_error",
    fix: "Read the object again: its state does not allow this step, or no longer.",
  },
  invalid_status: {
    status: 400,
    type: "invalid_request_error",
    fix: "Read the object again and do the step that its status allows.",
  },
  signature_verification_failed: {
    status: 400,
    type: "invalid_request_error",
    fix: "Sign the transaction that the gateway built, or send the signature of one that pays exactly this intent; the message names the field that differs.",
  },
  percentage_mismatch: {
    status: 400,
    type: "invalid_request_error",
    fix: "Leave `percentage` out, or send the one that matches the amount.",
  },
  settlement_method_unavailable: {
    status: 400,
    type: "invalid_request_error",
    fix: "Use `ON_CHAIN`. The gateway cannot pay to a bank account.",
  },
  resource_missing: {
    status: 404,
    type: "invalid_request_error",
    fix: "Check the id, and the account and mode of the key: another account's object looks like one that does not exist.",
  },
  method_not_allowed: {
    status: 405,
    type: "invalid_request_error",
    fix: "Use a method that `Allow` lists.",
  },
  conflict: {
    status: 409,
    type: "invalid_request_error",
    fix: "Read the object again: another request changed it first.",
  },
  schedule_incomplete: {
    status: 409,
    type: "invalid_request_error",
    fix: "Add milestones until they sum to the amount.",
  },
  schedule_locked: {
    status: 409,
    type: "invalid_request_error",
    fix: "A schedule cannot change after confirmation: the amounts are fixed on chain. Cancel the intent, or create a new one.",
  },
  idempotency_in_progress: {
    status: 409,
    type: "invalid_request_error",
    fix: "Repeat the same request after `Retry-After` seconds.",
  },
  idempotency_key_reused: {
    status: 422,
    type: "invalid_request_error",
    fix: "Use a new key for another request.",
  },
  body_too_large: {
    status: 413,
    type: "invalid_request_error",
    fix: "Send a smaller body; the message names the limit.",
  },
  unsupported_media_type: {
    status: 415,
    type: "invalid_request_error",
    fix: "Send JSON as `application/json`.",
  },
  rate_limit_exceeded: {
    status: 429,
    type: "rate_limit_error",
    fix: "Repeat the request after `Retry-After` seconds.",
  },
  internal_error: {
    status: 500,
    type: "api_error",
    fix: "Repeat the request with the same `Idempotency-Key`. If the error persists, report the `Request-Id`.",
  },
  chain_unavailable: {
    status: 503,
    type: "api_error",
    fix: "Repeat the request with the same `Idempotency-Key`: the chain did not answer in time, and the job goes on.",
  },
  chain_refused: {
    status: 502,
    type: "api_error",
    fix: "Read the message: the program refused the transaction, and nothing moved.",
  },
  unavailable: {
    status: 503,
    type: "api_error",
    fix: "Repeat the request after `Retry-After` seconds; a part of the gateway is starting or stopping.",
  },
  file_hash_mismatch: {
    status: 400,
    type: "invalid_request_error",
    fix: "Hash the bytes that you send, and send them again: they changed on the way, or the hash is of another file.",
  },
  quota_exceeded: {
    status: 409,
    type: "invalid_request_error",
    fix: "Ask the gateway's operator for more space.",
  },
  file_damaged: {
    status: 503,
    type: "api_error",
    fix: "Nothing was served, because the stored bytes are not those that were uploaded. Ask the gateway's operator to restore them, or upload the same file again.",
  },
  headers_too_large: {
    status: 431,
    type: "invalid_request_error",
    fix: "Send shorter headers; the message names the limit.",
  },
  transaction_expired: {
    status: 409,
    type: "invalid_request_error",
    fix: "Request a new transaction and have the wallet sign it within about a minute, before it expires.",
  },
  request_timeout: {
    status: 408,
    type: "invalid_request_error",
    fix: "Send the whole request at once; the message names the limit.",
  },
} as const satisfies Record<string, { status: number; type: ErrorType; fix: string }>;

/** A code of `ERROR_CODES`. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What an error adds to its code and message. */
export interface ErrorDetails {
  /** Name of the parameter that is wrong, such as `milestones[1].amount`. */
  param?: string;
  /** Seconds after which a repetition may succeed; also sent as `Retry-After`. */
  retryAfter?: number;
  /** Error that led to this one; logged, never sent. */
  cause?: unknown;
}

/** Path of the page that explains each code, on the gateway itself. */
export const ERROR_DOCS = "/docs/errors";

/**
 * An error that the client reads. The message says what was expected and what came, then what to do.
 * @example
 * throw new GatewayError("invalid_request", "amount: expected a decimal string such as \"1000.00\", received 1000", { param: "amount" });
 */
export class GatewayError extends Error {
  /** Name of the class, as logs show it. */
  override readonly name = "GatewayError";
  /** Status of the answer. */
  readonly status: number;
  /** Kind of the error, as Finternet's API names it. */
  readonly type: ErrorType;
  /** Name of the parameter that is wrong. */
  readonly param?: string;
  /** Seconds after which a repetition may succeed. */
  readonly retryAfter?: number;

  constructor(
    /** Code, which never changes its meaning. */
    readonly code: ErrorCode,
    message: string,
    { param, retryAfter, cause }: ErrorDetails = {},
  ) {
    super(message, { cause });
    this.status = ERROR_CODES[code].status;
    this.type = ERROR_CODES[code].type;
    this.param = param;
    this.retryAfter = retryAfter;
  }

  /** Returns the body of the answer; `publicUrl` is where the client finds the page of errors. */
  toBody(publicUrl: string): ErrorBody {
    const { code, message, type, param, retryAfter } = this;
    return {
      error: {
        code,
        message,
        type,
        ...(param === undefined ? {} : { param }),
        ...(retryAfter === undefined ? {} : { retryAfter }),
        docUrl: `${publicUrl}${ERROR_DOCS}#${code}`,
      },
    };
  }
}

/** Body of every answer that is not a success. */
export interface ErrorBody {
  /** The error itself. */
  error: {
    /** Code, which never changes its meaning. */
    code: ErrorCode;
    /** Text for people: what was expected, what came, what to do. */
    message: string;
    /** Kind of the error, as Finternet's API names it. */
    type: ErrorType;
    /** Name of the parameter that is wrong. */
    param?: string;
    /** Seconds after which a repetition may succeed. */
    retryAfter?: number;
    /** URL of the page that explains the code. */
    docUrl: string;
  };
}

/** Returns the error of an object that does not exist, or that another account owns: the two look the same. */
export const missing = (kind: string, id: string): GatewayError =>
  new GatewayError("resource_missing", `No such ${kind}: ${id}`);
