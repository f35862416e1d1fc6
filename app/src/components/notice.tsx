/** A message with its kind in words, sign and color. */
import type { ReactNode } from "react";
import { Icon } from "./icon";

interface NoticeProps {
  kind: "info" | "good" | "warn" | "bad";
  title: string;
  children?: ReactNode;
  /** True where it appears because of an action or a change: screen readers read it out. */
  isLive?: boolean;
}

const WORDS = { info: "Note", good: "Done", warn: "Warning", bad: "Problem" } as const;

/** Renders a notice. A live problem interrupts a screen reader, other live notices wait for a pause. */
export function Notice({ kind, title, children, isLive = false }: NoticeProps) {
  const role = isLive ? (kind === "bad" ? "alert" : "status") : undefined;
  return (
    <div className="notice" data-kind={kind} role={role}>
      <Icon name={kind} />
      <div className="stack-tight">
        <p className="notice-title">
          <span className="visually-hidden">{WORDS[kind]}: </span>
          {title}
        </p>
        {children}
      </div>
    </div>
  );
}
