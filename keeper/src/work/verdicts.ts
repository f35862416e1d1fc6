/** Verdicts on policies that could not be paid, found out beside the payments of the others. */
import type { HeldUp } from "./conclude";

/** At once; what is held up meanwhile comes together with the next ones. */
const CONCLUDED_AT_ONCE = 100;

/** Of one pass. Several policies share the requests that their verdicts take. */
export class Verdicts {
  private waiting: HeldUp[] = [];
  private running: Promise<void> | null = null;
  private failure: { error: unknown } | null = null;

  /** `conclude` writes down what becomes of them. */
  constructor(private readonly conclude: (held: readonly HeldUp[]) => Promise<void>) {}

  add(held: HeldUp): void {
    this.waiting.push(held);
    this.running ??= this.work();
  }

  /** Resolves when everything that was added is written down. Rejects with the first error; then some of it is not. */
  async end(): Promise<void> {
    while (this.running) await this.running;
    if (this.failure) throw this.failure.error;
  }

  private async work(): Promise<void> {
    // What is added in the same moment comes along.
    await Promise.resolve();
    while (this.waiting.length > 0 && !this.failure) {
      const batch = this.waiting.splice(0, CONCLUDED_AT_ONCE);
      await this.conclude(batch).catch((error: unknown) => (this.failure = { error }));
    }
    this.running = null;
  }
}
