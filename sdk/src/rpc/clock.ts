/** Local time, for retries and deadlines. Tests bring their own. */
export interface SendClock {
  /** Milliseconds, any origin. */
  now(): number;
  /** Resolves after this many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
  /**
   * Runs `run` once after some milliseconds, unless the function it returns is called before. Default: `setTimeout`.
   * `send` waits for a silent wallet with it.
   */
  after?(milliseconds: number, run: () => void): () => void;
}

/** The computer's own clock. */
export const SYSTEM_CLOCK: SendClock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
