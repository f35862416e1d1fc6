/** How long a timer may be; it does nothing but keep the process alive. */
const LONG_MS = 2 ** 30;

/** Resolves with the first SIGTERM or SIGINT; a second one is handed to `again`. Until then the process stays alive. */
export function untilToldToStop(again: (signal: NodeJS.Signals) => void): {
  signal: Promise<NodeJS.Signals>;
  /** Ends the wait, and lets signals do what they do by default. */
  forget(): void;
} {
  const alive = setInterval(() => undefined, LONG_MS);
  let first: ((signal: NodeJS.Signals) => void) | null = null;
  const hear = (signal: NodeJS.Signals): void => {
    if (!first) return again(signal);
    first(signal);
    first = null;
  };
  process.on("SIGTERM", hear);
  process.on("SIGINT", hear);
  return {
    signal: new Promise((resolve) => {
      first = resolve;
    }),
    forget: () => {
      clearInterval(alive);
      process.off("SIGTERM", hear);
      process.off("SIGINT", hear);
    },
  };
}
