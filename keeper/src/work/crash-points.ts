/** Points at which a worker may die. The next worker finds in the store and on the chain how far it got. */

/** In the order in which a payment passes them. */
export const CRASH_POINTS = [
  /** The transaction is simulated and nothing is signed. */
  "before-sign",
  /** The signed bytes are in this process alone. */
  "after-sign",
  /** The signed bytes are in the store, and were not sent. */
  "after-journal",
  /** They were sent once, and their result is not known. */
  "after-send",
  /** The transaction's end is known, to this process alone. */
  "after-confirm",
  /** The store knows; the lease is still held. */
  "after-record",
] as const;

/** One of `CRASH_POINTS`. */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Runs at each point; for tests, which end the process there. */
export type CrashHook = (point: CrashPoint) => void | Promise<void>;
