/** Lists page by key, newest first: an id is a unique tie-breaker, so a page never repeats or loses a row. */
import { type TSchema, Type } from "@sinclair/typebox";
import { GatewayError } from "../errors/gateway-error";
import { type IdKind, idPattern } from "../ids/ids";

const AFTER = "Id of the last object of the page before.";

/** Query of a list, whatever its ids look like. */
export const ListQuery = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 10,
      description: "Number of objects, 1 to 100.",
    }),
  ),
  starting_after: Type.Optional(Type.String({ maxLength: 64, description: AFTER })),
};

/**
 * Returns the query of a list of objects of a kind.
 * @example
 * querystring: Type.Object(listQuery("event"), { additionalProperties: false })
 */
export const listQuery = (kind: IdKind) => ({
  limit: ListQuery.limit,
  starting_after: Type.Optional(Type.String({ pattern: idPattern(kind), description: AFTER })),
});

/** Returns the schema of a list of `item`. */
export const listOf = <T extends TSchema>(item: T) =>
  Type.Object({
    object: Type.Literal("list"),
    data: Type.Array(item),
    has_more: Type.Boolean(),
  });

/** Bounds of a page. */
export interface Page {
  limit: number;
  /** Only ids below this one; null for the first page. */
  after: string | null;
}

/** Returns the page that a query asks for. Throws `GatewayError` for an id with another prefix. */
export function pageOf(
  { limit, starting_after }: { limit?: number; starting_after?: string },
  prefix: string,
): Page {
  if (starting_after !== undefined && !starting_after.startsWith(prefix)) {
    throw new GatewayError(
      "invalid_request",
      `starting_after: expected an id that starts with ${prefix}, received ${JSON.stringify(starting_after)}`,
      { param: "starting_after" },
    );
  }
  return { limit: limit ?? 10, after: starting_after ?? null };
}

/** Returns the list of rows, of which one more than the limit was read. */
export function toList<Row, Item>(rows: readonly Row[], { limit }: Page, show: (row: Row) => Item) {
  return {
    object: "list" as const,
    data: rows.slice(0, limit).map(show),
    has_more: rows.length > limit,
  };
}
