/** Decides which rows of a long list are in the document. */

/** Rows to render: from `first` up to, and without, `end`. */
export interface WindowRange {
  first: number;
  end: number;
}

/**
 * Returns the rows that a viewport shows, and `overscan` more on either side.
 * @example
 * windowRange({ scrollTop: 900, viewHeight: 300, rowHeight: 100, count: 1000, overscan: 2 }); // { first: 7, end: 14 }
 */
export function windowRange(view: {
  scrollTop: number;
  viewHeight: number;
  rowHeight: number;
  count: number;
  overscan: number;
}): WindowRange {
  const { scrollTop, viewHeight, rowHeight, count, overscan } = view;
  const top = Math.floor(Math.max(scrollTop, 0) / rowHeight) - overscan;
  const shown = Math.ceil(viewHeight / rowHeight) + 2 * overscan;
  const first = Math.max(Math.min(top, count - shown), 0);
  return { first, end: Math.min(Math.max(top, 0) + shown + 1, count) };
}
