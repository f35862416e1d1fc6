/** Counts requests against the rate limits, and tells the client in headers. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { RateLimiter, type RateLimiterOptions } from "../limits/rate-limiter";
import { addressSubject, keySubject } from "../limits/subject";

/** Limits per window. */
export interface RequestLimitOptions extends Partial<
  Omit<RateLimiterOptions, "database" | "onError">
> {
  /** Requests of one key. */
  perKey: number;
  /** Requests without a valid key from one address. */
  perAddress: number;
  /** Listener for refused requests. */
  onRefused?(by: "key" | "address"): void;
}

/** Counts of one server. Each throws `GatewayError` (`rate_limit_exceeded`) above the limit. */
export interface RequestLimits {
  countKey(keyId: string, reply: FastifyReply): Promise<void>;
  countAddress(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** Creates the counts of a server. */
export function requestLimits(
  { database, log }: GatewayContext,
  { perKey, perAddress, onRefused, ...options }: RequestLimitOptions,
): RequestLimits {
  const limiter = new RateLimiter({
    ...options,
    database,
    onError: (error) => log.warn({ err: error }, "a request was not counted"),
  });
  const windowSecs = options.windowSecs ?? 60;
  const count = async (
    by: "key" | "address",
    subject: string,
    limit: number,
    reply: FastifyReply,
  ): Promise<void> => {
    const verdict = await limiter.take(subject, limit);
    if (!verdict) return;
    void reply.headers({
      "RateLimit-Policy": `${limit};w=${windowSecs}`,
      "RateLimit-Limit": limit,
      "RateLimit-Remaining": verdict.remaining,
      "RateLimit-Reset": verdict.reset,
    });
    if (verdict.isAllowed) return;
    onRefused?.(by);
    throw new GatewayError(
      "rate_limit_exceeded",
      `More than ${limit} requests of this ${by} in ${windowSecs} seconds. Repeat the request in ${verdict.reset} seconds.`,
      { retryAfter: verdict.reset },
    );
  };
  return {
    countKey: (keyId, reply) => count("key", keySubject(keyId), perKey, reply),
    countAddress: (request, reply) =>
      count("address", addressSubject(request.ip), perAddress, reply),
  };
}
