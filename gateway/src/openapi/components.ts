/** Parts of the document that every operation shares. */
import type { OpenAPIV3_1 } from "openapi-types";
import { ERROR_CODES, type ErrorCode } from "../errors/gateway-error";

/** First page of the document, in CommonMark. */
export const INTRODUCTION = `Milestone payments over HTTP, settled on chain. Recipient, mint, amounts and mediator are fixed on chain: no key, however scoped, moves money to anyone else.

- Send the key as \`X-API-Key\`, as \`Authorization: Bearer\`, or as the user name of Basic authentication. \`sk_test_\` keys reach the test chain, \`sk_live_\` keys the live one.
- A page sends no key: a wallet signs in at \`/v1/wallet-sessions\`, and its session reaches what the wallet is a party of.
- Amounts are decimal strings such as \`"1000.00"\`. Times are Unix seconds.
- Send an \`Idempotency-Key\` with each write: a repetition within 24 hours gets the same answer and has no second effect.
- Lists are newest first: pass the last id of a page as \`starting_after\`.
- The API answers under \`/api/v1\` as well.`;

const BODY = "#/components/schemas/Error";

const errorSchema = (): OpenAPIV3_1.SchemaObject => ({
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "type", "docUrl"],
      properties: {
        code: { type: "string", enum: Object.keys(ERROR_CODES) },
        message: {
          type: "string",
          description: "What was expected and what came, then what to do.",
        },
        type: {
          type: "string",
          enum: [...new Set(Object.values(ERROR_CODES).map(({ type }) => type))],
        },
        param: { type: "string", description: "Parameter that is wrong." },
        retryAfter: {
          type: "integer",
          description: "Seconds after which a repetition may succeed.",
        },
        docUrl: { type: "string", format: "uri" },
      },
    },
  },
});

const header = (description: string, type: "integer" | "string"): OpenAPIV3_1.HeaderObject => ({
  description,
  schema: { type },
});

/** Headers by their name in `components.headers`. */
const HEADERS: Record<string, OpenAPIV3_1.HeaderObject> = {
  "Request-Id": header("Id of the request; quote it when you ask for help.", "string"),
  "RateLimit-Limit": header("Requests per window.", "integer"),
  "RateLimit-Remaining": header("Requests left in this window.", "integer"),
  "RateLimit-Reset": header("Seconds until the next window.", "integer"),
  "Retry-After": header("Seconds after which to repeat the request.", "integer"),
  "Idempotent-Replayed": header("`true` where the answer is that of an earlier request.", "string"),
};

/** Returns references to headers of `components`. */
export const headers = (...names: (keyof typeof HEADERS)[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Headers that every answer has. */
export const COMMON_HEADERS = ["Request-Id"] as const;

/** Text per status that an error can have. */
const ERROR_STATUSES = {
  400: "A parameter is wrong, or the object's status forbids it.",
  401: "There is no API key or wallet session, or it is not valid.",
  403: "The API key lacks the scope, or the wallet session the access.",
  404: "There is no such object in this account and mode.",
  405: "The path has no such method; `Allow` lists the methods that it has.",
  409: "The request conflicts with the object, or with a request in progress.",
  413: "The body is too large.",
  415: "The body is not JSON.",
  422: "The Idempotency-Key was used for another request.",
  429: "There were too many requests.",
  500: "The gateway failed.",
  502: "The chain refused the transaction.",
  503: "The database or the chain does not answer.",
} as const;

/** A status of `ERROR_STATUSES`. */
export type ErrorStatus = keyof typeof ERROR_STATUSES;

/** Name of an error's answer in `components.responses`. */
export const errorName = (status: ErrorStatus): string => `Error${status}`;

const codesOf = (status: number): string =>
  (Object.keys(ERROR_CODES) as ErrorCode[])
    .filter((code) => ERROR_CODES[code].status === status)
    .map((code) => `\`${code}\``)
    .join(", ");

const responses = (hasCodes: boolean): Record<string, OpenAPIV3_1.ResponseObject> =>
  Object.fromEntries(
    Object.entries(ERROR_STATUSES).map(([text, description]) => {
      const status = Number(text) as ErrorStatus;
      const hasRetry = status === 409 || status === 429 || status === 503;
      return [
        errorName(status),
        {
          description: hasCodes ? `${description} Codes: ${codesOf(status)}.` : description,
          headers: headers(...COMMON_HEADERS, ...(hasRetry ? (["Retry-After"] as const) : [])),
          content: { "application/json": { schema: { $ref: BODY } } },
        },
      ];
    }),
  );

/** Returns `components` of a document, before the named schemas of the routes. */
export const componentsWith = (error: OpenAPIV3_1.SchemaObject, hasCodes: boolean) =>
  ({
    schemas: { Error: error },
    responses: responses(hasCodes),
    headers: HEADERS,
    parameters: {
      IdempotencyKey: {
        name: "Idempotency-Key",
        in: "header",
        required: false,
        description:
          "Any text of your choice that names this write: a repetition gets the same answer and has no second effect.",
        schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
      },
    },
    securitySchemes: {
      apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
      bearer: { type: "http", scheme: "bearer" },
      basic: { type: "http", scheme: "basic", description: "The key as the user name." },
    },
  }) as const satisfies OpenAPIV3_1.ComponentsObject;

const SHARED = componentsWith(errorSchema(), true);
/** `components` of the gateway's own document. */
export const COMPONENTS: OpenAPIV3_1.ComponentsObject = {
  ...SHARED,
  securitySchemes: {
    ...SHARED.securitySchemes,
    walletSession: {
      type: "apiKey",
      in: "cookie",
      name: "milepost_session",
      description:
        "Session of a wallet. Every request except GET and HEAD also needs `X-CSRF-Token` and the gateway's own `Origin`. `Milepost-Account` names the account of an administrator.",
    },
  },
};
