/** Errors as FastAPI's clients read them: `{"detail": ...}`, a list of places for a request that is not valid. */
import type { FastifyInstance } from "fastify";
import type { ErrorBody } from "../../errors/gateway-error";

/** One place of a request that is not valid. */
interface Place {
  type: string;
  loc: string[];
  msg: string;
}

/**
 * Returns status and body of an error of the gateway. A parameter that is not valid is a 422, a refused request a 400.
 */
export function toDetail(
  status: number,
  { error: { code, message, param } }: ErrorBody,
): { status: number; body: { detail: string | Place[] } } {
  if (code !== "invalid_request" || param === undefined) {
    return { status, body: { detail: message } };
  }
  const loc = param.split(/[.[\]]+/).filter((part) => part !== "");
  return { status: 422, body: { detail: [{ type: "value_error", loc, msg: message }] } };
}

/** Rewrites every error on its way out, those of repeated requests as well. */
export function answerWithDetail(app: FastifyInstance): void {
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (reply.statusCode < 400 || typeof payload !== "string" || !payload.startsWith('{"error":')) {
      done(null, payload);
      return;
    }
    const { status, body } = toDetail(reply.statusCode, JSON.parse(payload) as ErrorBody);
    const text = JSON.stringify(body);
    void reply.status(status).header("content-length", Buffer.byteLength(text));
    done(null, text);
  });
}
