/** Wall time and timers, passed in so that a test can control them. */
export interface Wall {
  /** Unix time in milliseconds. */
  now(): number;
  /** Calls back repeatedly until the returned function is called. */
  every(milliseconds: number, callback: () => void): () => void;
}

export const systemWall: Wall = {
  now: () => Date.now(),
  every: (milliseconds, callback) => {
    const timer = setInterval(callback, milliseconds);
    return () => clearInterval(timer);
  },
};
