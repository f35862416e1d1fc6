/** Something that went wrong, as a person reads it: what happened, and what to do next. */
export interface Problem {
  /** Stable code, such as `wallet.rejected`, `rpc.unreachable` or `program.PaymentNotDue`. */
  code: string;
  /** Short title, without a full stop. */
  title: string;
  /** Sentence that says what happened, and whether anything was sent. */
  text: string;
  /** Sentence that says what to do next. */
  nextStep: string;
  /** True where the same step may be tried again at once. */
  canRetry: boolean;
}

/** Texts of a problem: title, text, next step. The fourth entry is true where a retry makes sense. */
export type ProblemTexts = readonly [
  title: string,
  text: string,
  nextStep: string,
  canRetry?: boolean,
];

/** Error that carries its `Problem`. */
export class ProblemError extends Error {
  /** Name of the error's class, which survives minification. */
  override name = "ProblemError";
  /** Problem that `explainProblem` returns for this error. */
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(`${problem.text} ${problem.nextStep}`, cause === undefined ? undefined : { cause });
    this.problem = problem;
  }
}

/** Builds a problem from its code and texts. */
export function toProblem(code: string, [title, text, nextStep, canRetry]: ProblemTexts): Problem {
  return { code, title, text, nextStep, canRetry: canRetry ?? false };
}

/** Most causes that are followed: an error may be its own. */
const MOST_CAUSES = 5;

/** Returns the problem that an error or one of its causes carries; null where none does. The SDK wraps a wallet's errors. */
export function problemIn(error: unknown): Problem | null {
  let at = error;
  for (let depth = 0; depth < MOST_CAUSES && at; depth += 1) {
    if (at instanceof ProblemError) return at.problem;
    at = (at as { cause?: unknown }).cause;
  }
  return null;
}
