/** Postpones policies that could not be paid, while the payments of the others go on. */
import type { Postponed } from "./postpone";

/** Policies per round; policies added during a round share the next one. */
const POSTPONED_AT_ONCE = 100;

/** Postpones the policies of one pass. Several share the requests that finding their verdicts takes. */
export class PostponeQueue {
  private waiting: Postponed[] = [];
  private running: Promise<void> | null = null;
  private failure: { error: unknown } | null = null;

  /** The callback records the result for these policies. */
  constructor(private readonly postpone: (policies: readonly Postponed[]) => Promise<void>) {}

  add(policy: Postponed): void {
    this.waiting.push(policy);
    this.running ??= this.work();
  }

  /** Resolves when everything that was added is written down. Rejects with the first error; then some of it is not. */
  async end(): Promise<void> {
    while (this.running) await this.running;
    if (this.failure) throw this.failure.error;
  }

  private async work(): Promise<void> {
    // Policies added in the same moment join this round.
    await Promise.resolve();
    while (this.waiting.length > 0 && !this.failure) {
      const batch = this.waiting.splice(0, POSTPONED_AT_ONCE);
      await this.postpone(batch).catch((error: unknown) => (this.failure = { error }));
    }
    this.running = null;
  }
}
