/** Longest possible timer, in milliseconds; it only keeps the process alive. */
const LONG_MS = 2 ** 30;

export interface Told {
  /** Resolves with the first SIGTERM or SIGINT. */
  signal: Promise<NodeJS.Signals>;
  /** True once the signal has come. */
  readonly isTold: boolean;
  /** Ends the wait and restores the default behaviour of the signals. */
  forget(): void;
}

/**
 * Calls `work` for each SIGUSR2; returns a function that ends it. SIGHUP is unsuitable because a closing terminal sends it,
 * and SIGUSR1 because it opens Node's debugger. Windows has neither.
 */
export function onRetrySignal(work: () => void): () => void {
  if (process.platform === "win32") return () => undefined;
  process.on("SIGUSR2", work);
  return () => void process.off("SIGUSR2", work);
}

/** Waits for the first SIGTERM or SIGINT and passes later ones to `again`. The process stays alive until `forget`. */
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
