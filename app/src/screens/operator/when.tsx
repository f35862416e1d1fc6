/** A time of the gateway's process, with its distance from now. */
import { TimeText } from "@milepost/react";
import { useState } from "react";

/** Renders a time, or a dash where there is none. */
export function When({
  seconds,
  none = "never",
}: {
  seconds: number | null | undefined;
  none?: string;
}) {
  const [now] = useState(() => Math.floor(Date.now() / 1_000));
  if (seconds === null || seconds === undefined) return <span className="muted">{none}</span>;
  return <TimeText seconds={seconds} now={now} />;
}
