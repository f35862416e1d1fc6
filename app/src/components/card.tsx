/** A box with a heading. */
import { type ReactNode, useId } from "react";

interface CardProps {
  title: string;
  /** Level of the heading. Default: 2. */
  level?: 2 | 3;
  /** Text or control at the heading's end. */
  aside?: ReactNode;
  children: ReactNode;
}

/** Renders a section that its heading names. */
export function Card({ title, level = 2, aside, children }: CardProps) {
  const id = useId();
  const Heading = `h${level}` as const;
  return (
    <section className="card" aria-labelledby={id}>
      <div className="row row-spread">
        <Heading id={id}>{title}</Heading>
        {aside}
      </div>
      {children}
    </section>
  );
}
