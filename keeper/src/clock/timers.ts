/** The local clock, for pauses and silence only: what is due is the chain's clock's to say. */
export interface Timers {
  /** Milliseconds that only grow. */
  now(): number;
  /** Runs `work` again and again until the returned function is called. */
  every(milliseconds: number, work: () => void): () => void;
}

/** The process's own; they do not keep it alive. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  every(milliseconds, work) {
    const timer = setInterval(work, milliseconds);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** Resolves with what `work` does, or with null when it takes longer. */
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
