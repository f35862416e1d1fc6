/** The outside world's time, passed in so that a test can be its own. */
export interface Wall {
  /** Unix time in milliseconds. */
  now(): number;
  /** Calls back again and again until what it returned is called. */
  every(milliseconds: number, callback: () => void): () => void;
}

export const systemWall: Wall = {
  now: () => Date.now(),
  every: (milliseconds, callback) => {
    const timer = setInterval(callback, milliseconds);
    return () => clearInterval(timer);
  },
};
