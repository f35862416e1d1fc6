import type { Problem } from "../problems/problem";
import { classes } from "./amount-text";

/** Properties of `ProblemNotice`. */
export interface ProblemNoticeProps {
  /** Problem to show. */
  problem: Problem;
  /** True for a notice that does not stop anything. Default: false. */
  isNotice?: boolean;
  /** Additional class names. */
  className?: string;
}

/**
 * Shows a problem: what happened, and what to do next. Screen readers announce it.
 * @example
 * import { explainProblem, ProblemNotice } from "@milepost/react";
 *
 * <ProblemNotice problem={explainProblem(error)} />;
 */
export function ProblemNotice({ problem, isNotice = false, className }: ProblemNoticeProps) {
  return (
    <div
      className={classes("milepost-problem", className)}
      role={isNotice ? "status" : "alert"}
      data-state={isNotice ? "notice" : "problem"}
      data-code={problem.code}
    >
      <p className="milepost-problem-title">
        <strong>{problem.title}</strong>
      </p>
      <p className="milepost-problem-text">{problem.text}</p>
      <p className="milepost-problem-next">{problem.nextStep}</p>
    </div>
  );
}
