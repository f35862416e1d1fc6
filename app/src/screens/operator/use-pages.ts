/** Pages of a list of the API: newest first, by the id of the last row. */
import { useState } from "react";
import { type Gateway, type UsedResource, useResource } from "../../gateway";

/** One page of a list. */
export interface ListPage<Row> {
  data: Row[];
  has_more: boolean;
}

/** Query of a page. */
export interface PageQuery {
  limit: number;
  starting_after?: string;
}

/** A list of which one page is shown. */
export interface UsedPages<Row> extends UsedResource<ListPage<Row>> {
  /** Number of the page, from 1. */
  number: number;
  next(): void;
  previous(): void;
  /** Returns to the newest rows. */
  first(): void;
}

const LIMIT = 20;

/**
 * Loads a list page by page. Another `key` is another list, and begins at its first page.
 * @example
 * const keys = usePages(`keys ${account}`, ({ client }, query, signal) => dataOf(client.GET("/v1/api-keys", { params: { query }, signal })));
 */
export function usePages<Row extends { id: string }>(
  key: string,
  load: (gateway: Gateway, query: PageQuery, signal: AbortSignal) => Promise<ListPage<Row>>,
  options: { pollMs?: number } = {},
): UsedPages<Row> {
  const [place, setPlace] = useState<{ key: string; cursors: string[] }>({ key, cursors: [] });
  const cursors = place.key === key ? place.cursors : [];
  const after = cursors.at(-1);
  const query: PageQuery = {
    limit: LIMIT,
    ...(after === undefined ? {} : { starting_after: after }),
  };
  const page = useResource(
    `${key} ${after ?? ""}`,
    (gateway, signal) => load(gateway, query, signal),
    options,
  );
  const last = page.data?.data.at(-1)?.id;
  return {
    ...page,
    number: cursors.length + 1,
    next: () => {
      if (last !== undefined) setPlace({ key, cursors: [...cursors, last] });
    },
    previous: () => setPlace({ key, cursors: cursors.slice(0, -1) }),
    first: () => setPlace({ key, cursors: [] }),
  };
}
