/** One answer for all who ask within a second, so that a flood of questions costs no more than one question per second. */

export interface SharedAnswersOptions {
  /** Milliseconds that only grow. */
  now(): number;
  /** Told of failures: the first one, and then one per minute with how many there were. */
  onError(error: unknown, failures: number): void;
  /** How long an answer, or a failure, counts. Default: 1,000. */
  maxAgeMs?: number;
}

const MAX_AGE_MS = 1_000;
const REPORT_EVERY_MS = 60_000;

interface Shared {
  answer: Promise<unknown>;
  /** When it came; null while it is under way. */
  at: number | null;
}

export class SharedAnswers {
  private readonly shared = new Map<string, Shared>();
  private reportedAt = -Infinity;
  private failures = 0;

  constructor(private readonly options: SharedAnswersOptions) {}

  /**
   * Returns the answer to `question`: the one under way, or the last one while it is young enough, or a new one that `make`
   * makes. Who asks after an answer was made never gets one that is older than `maxAgeMs`. Rejects with what `make` did.
   */
  get<T>(question: string, make: () => Promise<T>): Promise<T> {
    const { now, maxAgeMs = MAX_AGE_MS } = this.options;
    const known = this.shared.get(question);
    if (known && (known.at === null || now() - known.at < maxAgeMs)) {
      return known.answer as Promise<T>;
    }
    const answer = make();
    const shared: Shared = { answer, at: null };
    this.shared.set(question, shared);
    answer.then(
      () => (shared.at = now()),
      (error: unknown) => {
        shared.at = now();
        this.report(error);
      },
    );
    return answer;
  }

  private report(error: unknown): void {
    this.failures += 1;
    const now = this.options.now();
    if (now - this.reportedAt < REPORT_EVERY_MS) return;
    this.options.onError(error, this.failures);
    this.reportedAt = now;
    this.failures = 0;
  }
}
