/** A page of a list with its states, and the way to the next one. */
import type { ReactNode } from "react";
import { Button } from "../../components/button";
import { Loading } from "../../components/spinner";
import { ProblemNotice } from "../../gateway";
import type { UsedPages } from "./use-pages";

interface PagesProps<Row> {
  pages: UsedPages<Row>;
  /** Name of the rows, such as `keys`. */
  what: string;
  /** Shown where there are none. */
  empty: ReactNode;
  children: (rows: Row[]) => ReactNode;
}

/** Renders the rows of a page. */
export function Pages<Row>({ pages, what, empty, children }: PagesProps<Row>) {
  const { data, problem, refresh, number, next, previous } = pages;
  if (!data) {
    return problem ? (
      <ProblemNotice problem={problem} onRetry={refresh} />
    ) : (
      <Loading what={what} />
    );
  }
  return (
    <div className="stack">
      {pages.isStale && <ProblemNotice problem={problem} onRetry={refresh} />}
      {data.data.length === 0 && number === 1 ? empty : children(data.data)}
      {(data.has_more || number > 1) && (
        <nav className="row" aria-label={`Pages of ${what}`}>
          <Button disabled={number === 1} onClick={previous}>
            Newer
          </Button>
          <span aria-live="polite">Page {number}</span>
          <Button disabled={!data.has_more} onClick={next}>
            Older
          </Button>
        </nav>
      )}
    </div>
  );
}
