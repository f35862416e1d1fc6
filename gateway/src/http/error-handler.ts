/** Turns every failure into the API's one body. */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { isConnectionLoss } from "@milepost/database";
import { chainError } from "../chain/rpc";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { expectation } from "./expectation";

/** Fastify's own errors by code. */
const FASTIFY_CODES: Readonly<
  Record<string, [ConstructorParameters<typeof GatewayError>[0], string]>
> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["body_too_large", "The body is too large. Send at most 256 KiB."],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["unsupported_media_type", "Send the body as application/json."],
  FST_ERR_CTP_INVALID_JSON_BODY: ["invalid_request", "The body is not valid JSON."],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["invalid_request", "The body is empty. Send a JSON object."],
  FST_ERR_BAD_URL: ["invalid_request", "URL: expected UTF-8 in percent encoding"],
  FST_ERR_MAX_PARAM_LENGTH: ["resource_missing", "No object has an id this long."],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    "invalid_request",
    "Content-Length differs from the body's length.",
  ],
};

/** Returns the error that the client reads. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const ofChain = chainError(error);
  if (ofChain) return ofChain;
  const { code, validation, validationContext, statusCode } = error as Partial<FastifyError>;
  if (validation) return fromValidation(validation, validationContext ?? "body");
  const known = FASTIFY_CODES[code ?? ""];
  if (known) return new GatewayError(known[0], known[1], { cause: error });
  if (isConnectionLoss(error)) {
    return new GatewayError("unavailable", "The database does not answer. Repeat the request.", {
      retryAfter: 1,
      cause: error,
    });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new GatewayError("invalid_request", (error as Error).message, { cause: error });
  }
  return new GatewayError(
    "internal_error",
    "The gateway failed, and nothing is half done. Repeat the request.",
    {
      cause: error,
    },
  );
}

type Validation = NonNullable<FastifyError["validation"]>;

/** Names the parameter, what was expected and what came. */
function fromValidation(failures: Validation, where: string): GatewayError {
  const [first] = failures;
  if (!first) return new GatewayError("invalid_request", `The ${where} is not valid.`);
  const { instancePath, keyword, params } = first;
  const path = nameOf(instancePath);
  const named = (name: unknown): string => (path ? `${path}.${String(name)}` : String(name));
  if (keyword === "required") {
    const param = named(params["missingProperty"]);
    return new GatewayError("invalid_request", `${param}: required, and missing`, { param });
  }
  if (keyword === "additionalProperties") {
    const param = named(params["additionalProperty"]);
    return new GatewayError("invalid_request", `${param}: unknown parameter`, { param });
  }
  const received = "data" in first ? `, received ${shown(first.data)}` : "";
  const param = path || where;
  const text = `${param}: ${expectation(failures)}${received}`;
  return new GatewayError("invalid_request", text, { param });
}

/** Returns a JSON pointer as programs write it: `milestones[1].amount`. */
function nameOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce(
      (text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : text ? `${text}.${part}` : part),
      "",
    );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Returns Fastify's error handler. */
export function errorHandler(context: GatewayContext) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = toGatewayError(error);
    if (known.status >= 500) {
      context.log.error({ err: known.cause ?? known, requestId: request.id }, "a request failed");
    }
    if (known.retryAfter !== undefined) void reply.header("Retry-After", known.retryAfter);
    return reply.status(known.status).send(known.toBody(context.publicUrl));
  };
}

/** Returns Fastify's handler of requests whose URL it cannot route. No hook runs for them. */
export function unroutable(context: GatewayContext) {
  const handle = errorHandler(context);
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    handle(error, request, reply.header("Request-Id", request.id));
  };
}
