/** The typed client of the page: paths, parameters and answers as the OpenAPI document has them, without an API key. */
import type { paths } from "@milepost/gateway/client";
import createFetchClient, { type Client } from "openapi-fetch";
import { problemOf } from "./problem";
import type { Transport } from "./transport";

/** The client's methods are `GET`, `POST`, `PATCH`, ..., each with a path of the document. */
export type PageClient = Client<paths>;

/** Creates the client on a transport. */
export const createPageClient = (baseUrl: string, transport: Transport): PageClient =>
  createFetchClient<paths>({
    baseUrl,
    fetch: transport,
    cache: "no-store",
    credentials: "same-origin",
  });

/** An answer of the client. */
interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * Returns the data of an answer. Throws `GatewayProblem`.
 * @example
 * const keys = await dataOf(client.GET("/v1/api-keys", { params: { query: { limit: 10 } } }));
 */
export async function dataOf<Data>(answer: Promise<Answered<Data>>): Promise<Data> {
  const { data, error, response } = await answer;
  if (!response.ok || data === undefined) throw problemOf(response, error);
  return data;
}
