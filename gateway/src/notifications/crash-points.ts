/** Points at which a process may die while it tells people something. The next one finds in the database how far it got. */

/** In the order in which a reminder passes them. */
export const CRASH_POINTS = [
  /** The chain was read, and nothing is written. */
  "before-record",
  /** Inbox, event and queued mail are written; the mail is not sent. */
  "after-record",
  /** The mail is composed and part of the database, and was not sent. */
  "before-mail",
  /** The mail server has taken it, and only this process knows. */
  "after-mail",
] as const;

/** One of `CRASH_POINTS`. */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Runs at each point; for tests, which end the process there. */
export type CrashHook = (point: CrashPoint) => void | Promise<void>;

/** Does nothing. */
export const noCrash: CrashHook = () => undefined;
