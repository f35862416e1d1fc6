/** How long a timer may be; it does nothing but keep the process alive. */
const LONG_MS = 2 ** 30;

export interface Told {
  /** Resolves with the first SIGTERM or SIGINT. */
  signal: Promise<NodeJS.Signals>;
  /** Whether it has come. */
  readonly isTold: boolean;
  /** Ends the wait, and lets signals do what they do by default. */
  forget(): void;
}

/**
 * Calls `work` for each SIGUSR2; returns what ends that. Not SIGHUP, which a terminal sends that is closed, nor SIGUSR1,
 * which opens Node's debugger. Windows has neither.
 */
export function onRetrySignal(work: () => void): () => void {
  if (process.platform === "win32") return () => undefined;
  process.on("SIGUSR2", work);
  return () => void process.off("SIGUSR2", work);
}

/** Hears the first SIGTERM or SIGINT; every other one is handed to `again`. Until `forget` the process stays alive. */
export function untilToldToStop(again: (signal: NodeJS.Signals) => void): Told {
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
    get isTold() {
      return first === null;
    },
    forget: () => {
      clearInterval(alive);
      process.off("SIGTERM", hear);
      process.off("SIGINT", hear);
    },
  };
}
