/** Keeps answers for a short time, so that many who ask at once cause one request. */

interface Kept<T> {
  answer: Promise<T>;
  /** Time of the question, in milliseconds. */
  at: number;
}

/** Limit of answers that are kept. */
const MAX_KEPT = 1_000;

/**
 * Shares each answer until it is `maxAgeMs` old, counted from the question. A failure is not kept.
 * @example
 * const recent = new RecentAnswers<number>(1_000);
 * await recent.get("slot", () => connection.getSlot());
 */
export class RecentAnswers<T> {
  private readonly kept = new Map<string, Kept<T>>();

  constructor(
    private readonly maxAgeMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Returns the kept answer, or asks. */
  get(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.kept.get(question);
    const now = this.now();
    if (known && now - known.at < this.maxAgeMs) return known.answer;
    const asked: Kept<T> = { answer: ask(), at: now };
    // A map keeps the order of insertion: the oldest is the first.
    this.kept.delete(question);
    this.kept.set(question, asked);
    if (this.kept.size > MAX_KEPT) this.kept.delete(this.kept.keys().next().value!);
    asked.answer.catch(() => {
      if (this.kept.get(question) === asked) this.kept.delete(question);
    });
    return asked.answer;
  }

  /** Forgets the answer, so that the next question is asked. */
  forget(question: string): void {
    this.kept.delete(question);
  }
}
