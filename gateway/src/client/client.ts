/** The typed client: paths, parameters and answers as the OpenAPI document has them. */
import createFetchClient, { type Client, type ClientOptions, type Middleware } from "openapi-fetch";
import type { paths } from "./generated/api";

/** The client's methods are `GET`, `POST`, `PATCH`, ..., each with a path of the document. */
export type GatewayClient = Client<paths>;

/** Options of `createGatewayClient`. */
export interface GatewayClientOptions {
  /** URL of the gateway, such as `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** API key. Never put one into a page: a page has the client secret of one intent. */
  apiKey: string;
  /** Replacement of `fetch`, for tests and for proxies. */
  fetch?: ClientOptions["fetch"];
  /** Returns the Idempotency-Key of a write that has none. Default: a random UUID. */
  idempotencyKey?: () => string;
}

const READS = ["GET", "HEAD", "OPTIONS"];

/**
 * Creates a client. Each answer is `{ data, error, response }`: `data` on success, otherwise `error` with the API's body.
 * Every write gets an Idempotency-Key. To repeat a write that may have happened, send the same key again.
 * @example
 * import { createGatewayClient } from "@milepost/gateway/client";
 *
 * const gateway = createGatewayClient({ baseUrl: "http://127.0.0.1:8080", apiKey: process.env.MILEPOST_API_KEY! });
 * const { data, error } = await gateway.GET("/v1/api-keys", { params: { query: { limit: 10 } } });
 */
export function createGatewayClient({
  baseUrl,
  apiKey,
  fetch,
  idempotencyKey = () => globalThis.crypto.randomUUID(),
}: GatewayClientOptions): GatewayClient {
  const client = createFetchClient<paths>({ baseUrl, ...(fetch ? { fetch } : {}) });
  const middleware: Middleware = {
    onRequest({ request }) {
      request.headers.set("X-API-Key", apiKey);
      if (!READS.includes(request.method) && !request.headers.has("Idempotency-Key")) {
        request.headers.set("Idempotency-Key", idempotencyKey());
      }
      return request;
    },
  };
  client.use(middleware);
  return client;
}
