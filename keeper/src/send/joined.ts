/** Joins the questions of a moment into one request. */

/** Options of `Joined`. */
export interface JoinedOptions<Question, Answer> {
  /** Limit of questions in one request. */
  limit: number;
  /** Time that the first question waits for others, in milliseconds. */
  waitMs: number;
  /** Asks them all; the answers are in the order of the questions. A rejection is that of each of them. */
  ask(questions: readonly Question[]): Promise<Answer>;
}

interface Request<Question, Answer> {
  questions: Question[];
  answer: Promise<Answer>;
  settle(answer: Promise<Answer>): void;
  timer: NodeJS.Timeout;
}

/**
 * Collects questions for a short time, or until a request is full, and asks them as one.
 * @example
 * const joined = new Joined({ limit: 256, waitMs: 20, ask: (signatures) => statusesOf(signatures) });
 * const { from, answer } = joined.add(["a", "b"]); // the answer has theirs at `from` and `from + 1`
 */
export class Joined<Question, Answer> {
  private next: Request<Question, Answer> | null = null;

  constructor(private readonly options: JoinedOptions<Question, Answer>) {}

  /** Adds questions, at most `limit`. `from` is the place of the first one in the answer. */
  add(questions: readonly Question[]): { from: number; answer: Promise<Answer> } {
    const held = this.next?.questions.length ?? 0;
    if (held + questions.length > this.options.limit) this.send();
    const request = (this.next ??= this.open());
    const from = request.questions.length;
    request.questions.push(...questions);
    return { from, answer: request.answer };
  }

  private open(): Request<Question, Answer> {
    let settle: Request<Question, Answer>["settle"] = () => undefined;
    const answer = new Promise<Answer>((resolve) => (settle = resolve));
    const timer = setTimeout(() => this.send(), this.options.waitMs);
    return { questions: [], answer, settle, timer };
  }

  private send(): void {
    const request = this.next;
    if (!request) return;
    this.next = null;
    clearTimeout(request.timer);
    request.settle(this.options.ask(request.questions));
  }
}
