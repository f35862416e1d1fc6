/** Local time, for retries and deadlines. Tests pass their own. */
export interface SendClock {
  /** Returns milliseconds from any origin. */
  now(): number;
  /** Resolves after this many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  /**
   * Runs `run` once after this many milliseconds, unless the returned function is called before. Default: `setTimeout`.
   * `send` uses it as the deadline of a silent wallet.
   */
  after?(milliseconds: number, run: () => void): () => void;
}

/** Clock of the computer. */
export const SYSTEM_CLOCK: SendClock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
