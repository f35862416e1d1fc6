"use client";

import { useSyncExternalStore } from "react";
import { MONOTONIC_CLOCK } from "./live-value";
import type { ChainTimeMark } from "./policy-store";

/** Time of the chain, for display. Decisions use the time of a read. */
export interface ChainTime {
  /** Unix seconds; between two reads they advance with the browser's monotonic clock. */
  seconds: number;
  /** True where `seconds` is more than a minute from the last read. */
  isEstimate: boolean;
}

/** Calls every listener once per second, with one timer for the page. */
const listeners = /* @__PURE__ */ new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function everySecond(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => listeners.forEach((each) => each()), 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const ESTIMATE_AFTER_MS = 60_000;

/**
 * Returns the chain's time, one second further each second. A wrong clock of the computer does not change it: it starts from
 * the chain's clock at the last read. Null without a read.
 * @example
 * import { useChainTime, usePolicy } from "@milepost/react";
 *
 * const { data } = usePolicy(address);
 * const now = useChainTime(data?.time); // { seconds: 1796000000, isEstimate: false }
 */
export function useChainTime(mark: ChainTimeMark | null | undefined): ChainTime | null {
  const seconds = useSyncExternalStore(
    everySecond,
    () => (mark ? secondsAt(mark) : null),
    () => mark?.seconds ?? null,
  );
  if (!mark || seconds === null) return null;
  return { seconds, isEstimate: (seconds - mark.seconds) * 1000 > ESTIMATE_AFTER_MS };
}

function secondsAt({ seconds, readAt }: ChainTimeMark): number {
  return seconds + Math.max(0, Math.floor((MONOTONIC_CLOCK.now() - readAt) / 1000));
}
