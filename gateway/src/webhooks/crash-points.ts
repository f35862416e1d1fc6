/** Points at which a process may die while it delivers. The next process finds in the database how far it got. */

/** In the order in which a delivery passes them. */
export const CRASH_POINTS = [
  /** The lease is in the database, and nothing is sent. */
  "after-claim",
  /** The receiver has answered, and only this process knows. */
  "after-send",
] as const;

/** One of `CRASH_POINTS`. */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Runs at each point; for tests, which end the process there. */
export type CrashHook = (point: CrashPoint) => void | Promise<void>;

/** Does nothing. */
export const noCrash: CrashHook = () => undefined;
