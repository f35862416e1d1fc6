/** The heading of a screen. */
import { type ReactNode, useEffect, useRef } from "react";

interface PageTitleProps {
  title: string;
  /** Sentence below the heading. */
  lead?: ReactNode;
  aside?: ReactNode;
}

/** Renders the heading, names the document after it, and takes the focus when the route changes. */
export function PageTitle({ title, lead, aside }: PageTitleProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title === "Milepost" ? title : `${title} · Milepost`;
  }, [title]);
  useEffect(() => {
    if (history.state !== null || document.activeElement !== document.body) ref.current?.focus();
  }, []);
  return (
    <div className="row row-spread page-title">
      <div className="stack-tight">
        <h1 ref={ref} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p className="muted">{lead}</p>}
      </div>
      {aside}
    </div>
  );
}
