/** Points at which the process may die. The next one finds in the database and on the chain how far it got. */

/** In the order in which a job passes them. */
export const CRASH_POINTS = [
  /** The instructions are built, and nothing is signed. */
  "before-sign",
  /** The signed bytes are in the database, and were not sent. */
  "before-send",
  /** They were sent once, and their result is not known. */
  "after-send",
  /** The transaction has landed, and the database does not know. */
  "after-landing",
  /** The database knows; nobody was told. */
  "after-commit",
] as const;

/** One of `CRASH_POINTS`. */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Runs at each point; for tests, which end the process there. */
export type CrashHook = (point: CrashPoint) => void | Promise<void>;
