/** A state in one or two words, with a sign where the state matters. */
import { Icon } from "./icon";

interface BadgeProps {
  kind?: "neutral" | "good" | "warn" | "bad";
  children: string;
}

/** Renders a state. */
export function Badge({ kind = "neutral", children }: BadgeProps) {
  return (
    <span className="badge" data-kind={kind}>
      {kind !== "neutral" && <Icon name={kind} />}
      {children}
    </span>
  );
}
