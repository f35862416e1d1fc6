/** A long list of rows of one height: only the visible ones are in the document. */
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { type WindowRange, windowRange } from "./window-range";

interface WindowedListProps<Row> {
  label: string;
  rows: readonly Row[];
  /** Renders a row as `<li>`. */
  renderRow(row: Row, index: number): ReactNode;
}

const OVERSCAN = 3;
/** Rows before the first measurement. */
const FIRST: WindowRange = { first: 0, end: 12 };

/** Renders the list in a region that scrolls. The height of a row is measured, so that a larger text changes it. */
export function WindowedList<Row>({ label, rows, renderRow }: WindowedListProps<Row>) {
  const region = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [{ range, rowHeight }, setView] = useState({ range: FIRST, rowHeight: 0 });
  const count = rows.length;
  useLayoutEffect(() => {
    const element = region.current;
    if (!element) return;
    // Measured when the region changes, not at each scroll: reading sizes makes the browser lay out at once.
    let height = 0;
    let viewHeight = 0;
    const update = () => {
      if (height === 0) return;
      const { scrollTop } = element;
      const next = windowRange({
        ...{ scrollTop, viewHeight, count },
        rowHeight: height,
        overscan: OVERSCAN,
      });
      setView((before) => {
        const isSame =
          before.rowHeight === height &&
          before.range.first === next.first &&
          before.range.end === next.end;
        return isSame ? before : { range: next, rowHeight: height };
      });
    };
    const measure = () => {
      height = list.current?.firstElementChild?.getBoundingClientRect().height ?? 0;
      viewHeight = element.clientHeight;
      update();
    };
    measure();
    element.addEventListener("scroll", update, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", update);
      observer.disconnect();
    };
  }, [count]);
  const first = Math.min(range.first, Math.max(count - 1, 0));
  const end = Math.min(Math.max(range.end, first + 1), count);
  return (
    <div ref={region} className="mine-scroll" role="region" aria-label={label} tabIndex={0}>
      <ul
        ref={list}
        className="mine-list"
        style={{ paddingTop: first * rowHeight, paddingBottom: (count - end) * rowHeight }}
      >
        {rows.slice(first, end).map((row, offset) => renderRow(row, first + offset))}
      </ul>
    </div>
  );
}
