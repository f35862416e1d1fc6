/** Waiting, by a clock that tests bring. */
import { setTimeout as delay } from "node:timers/promises";

/** Resolves after so many milliseconds, or at once when the signal is given. Never rejects. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** The process's own; keeps it alive, because what is awaited was sent already. */
export const systemPause: Pause = async (milliseconds, signal) => {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
};
