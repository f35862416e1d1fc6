"use client";

import { useSyncExternalStore } from "react";
import type { AmountInput } from "../format/amounts";
import { formatRelative, formatTime, toIsoTime } from "../format/times";
import { classes } from "./amount-text";

/** Properties of `TimeText`. */
export interface TimeTextProps {
  /** Unix seconds: a number, a `BN` or a `bigint`. */
  seconds: AmountInput;
  /** Chain time in seconds, for the relative part. Default: none, and no relative part. */
  now?: number | null;
  /** False to leave UTC out. Default: true. */
  showsUtc?: boolean;
  /** Additional class names. */
  className?: string;
}

const never = () => () => undefined;

/**
 * Shows a time in the user's zone, in UTC, and relative to the chain's time. A server renders UTC alone, because it does not
 * know the user's zone.
 * @example
 * import { TimeText, useChainTime } from "@milepost/react";
 *
 * const now = useChainTime(data?.time);
 * <TimeText seconds={dueAt} now={now?.seconds} />; // 1 Jan 2027, 01:00 CET (1 Jan 2027, 00:00 UTC), in 2 days
 */
export function TimeText({ seconds, now, showsUtc = true, className }: TimeTextProps) {
  const at = Number(seconds.toString());
  const isBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const utc = formatTime(at, "UTC");
  const local = isBrowser ? formatTime(at) : utc;
  const isKnown = now !== null && now !== undefined;
  return (
    <time className={classes("milepost-time", className)} dateTime={toIsoTime(at)}>
      <span className="milepost-time-local">{local}</span>
      {showsUtc && local !== utc ? <span className="milepost-time-utc"> ({utc})</span> : null}
      {isKnown ? (
        <span className="milepost-time-relative">{`, ${formatRelative(at, now)}`}</span>
      ) : null}
    </time>
  );
}
