/** The local clock, for pauses and silence only: the chain's clock decides what is due. */
export interface Timers {
  /** Returns milliseconds that only grow. */
  now(): number;
  /** Repeats `work` until the returned function is called. */
  every(milliseconds: number, work: () => void): () => void;
}

/** The process's timers, which do not keep it alive. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  every(milliseconds, work) {
    const timer = setInterval(work, milliseconds);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** Resolves with the result of `work`, or with null when it takes longer. */
export function within<T>(
  timers: Timers,
  milliseconds: number,
  work: Promise<T>,
): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = timers.every(milliseconds, () => resolve(null));
    work.then(resolve, reject).finally(cancel);
  });
}
