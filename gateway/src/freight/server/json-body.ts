/** Reads JSON without losing digits: a number that a double cannot hold stays a string. */
import { isSafeNumber, parse } from "lossless-json";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { GatewayError } from "../../errors/gateway-error";
import { refuseDepth, refuseValue } from "../../http/json-text";

/**
 * Returns the value of a JSON text.
 * @example
 * parseJson('{"amount": 10000.10}'); // { amount: 10000.1 }
 * parseJson('{"amount": 1234567890123.123456}'); // { amount: "1234567890123.123456" }
 */
export function parseJson(text: string): unknown {
  return parse(text, undefined, (digits) => (isSafeNumber(digits) ? Number(digits) : digits));
}

/** JSON, and what `curl -d` says of whatever it sends, as spec 004's idempotency test does. */
const ACCEPTED = /^application\/(json|x-www-form-urlencoded)\b/i;

/** Accepts JSON with any digits, without a Content-Type, and a POST without a body. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "*",
    { parseAs: "string" },
    (
      request: FastifyRequest,
      body: string,
      done: (error: Error | null, value?: unknown) => void,
    ) => {
      const type = request.headers["content-type"];
      if (type !== undefined && !ACCEPTED.test(type)) {
        const message = `Content-Type: expected application/json, received ${type}`;
        done(new GatewayError("unsupported_media_type", message));
        return;
      }
      const tooDeep = refuseDepth(body);
      if (tooDeep) return done(tooDeep);
      try {
        const value = body === "" ? undefined : parseJson(body);
        done(refuseValue(body, value), value);
      } catch (cause) {
        const { message } = cause as Error;
        done(
          new GatewayError("invalid_request", `The body is not valid JSON: ${message}`, { cause }),
        );
      }
    },
  );
}
