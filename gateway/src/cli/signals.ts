/** Waits for the signal to stop. */

/** Longest possible timer, in milliseconds; it only keeps the process alive. */
const LONG_MS = 2 ** 30;

/** Resolves with the first SIGTERM or SIGINT; a second one ends the process at once. */
export function untilToldToStop(onSecond: () => void): Promise<NodeJS.Signals> {
  const alive = setInterval(() => undefined, LONG_MS);
  return new Promise((resolve) => {
    let isTold = false;
    const hear = (signal: NodeJS.Signals): void => {
      if (isTold) {
        onSecond();
        process.exit(1);
      }
      isTold = true;
      clearInterval(alive);
      resolve(signal);
    };
    process.on("SIGTERM", hear);
    process.on("SIGINT", hear);
  });
}
