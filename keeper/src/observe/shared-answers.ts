/** Shares one answer between all requests within a second, so that a flood of requests costs one query per second. */

export interface SharedAnswersOptions {
  /** Milliseconds that only grow. */
  now(): number;
  /** Listener for failures: called for the first one, then once per minute with their number. */
  onError(error: unknown, failures: number): void;
  /** Age up to which an answer or a failure is shared, in milliseconds. Default: 1,000. */
  maxAgeMs?: number;
}

const MAX_AGE_MS = 1_000;
const REPORT_EVERY_MS = 60_000;

interface Shared {
  answer: Promise<unknown>;
  /** Time at which it came; null while it is pending. */
  at: number | null;
}

export class SharedAnswers {
  private readonly shared = new Map<string, Shared>();
  private reportedAt = -Infinity;
  private failures = 0;

  constructor(private readonly options: SharedAnswersOptions) {}

  /**
   * Returns the answer to `question`: the pending one, or the last one while it is young enough, or a new one from `make`.
   * A finished answer is never older than `maxAgeMs`. Rejects with the error of `make`.
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
