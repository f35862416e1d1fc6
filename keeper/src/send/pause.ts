/** Waits by a clock that tests can replace. */
import { setTimeout as delay } from "node:timers/promises";

/** Resolves after this many milliseconds, or at once when the signal aborts. Never rejects. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** Waits by the system's clock; keeps the process alive, because the awaited bytes were sent already. */
export const systemPause: Pause = async (milliseconds, signal) => {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
};
