/** Keeps a session to its own person: a wallet never acts or reads as another party of its project. */
import type { FastifyRequest } from "fastify";
import { GatewayError } from "../errors/gateway-error";

/**
 * Refuses a request of a session whose query or body names another person as `party`.
 * Throws `GatewayError` (`forbidden`).
 */
export function requireOwnParty({ caller, query, body }: FastifyRequest): Promise<void> {
  const own = caller?.session?.personId ?? null;
  if (own === null) return Promise.resolve();
  for (const given of [query, body] as ({ party?: unknown } | null | undefined)[]) {
    const party = given?.party;
    if (party === undefined || party === own) continue;
    return Promise.reject(
      new GatewayError(
        "forbidden",
        `party: expected the session's own person ${own}, received ${JSON.stringify(party)}`,
        { param: "party" },
      ),
    );
  }
  return Promise.resolve();
}
