/** Problems of the gateway as notices. */
import type { ReactNode } from "react";
import { useEffect, useState } from "react";
import { Button } from "../components/button";
import { Notice } from "../components/notice";
import { useReach } from "./gateway-context";
import type { Explanation } from "./problem";

interface ProblemNoticeProps {
  problem: Explanation | null;
  /** Called by the button that tries again; without it, there is no button. */
  onRetry?: () => unknown;
  /** Other ways on. */
  children?: ReactNode;
}

/** Renders a problem with its next step, or nothing without one. A rate limit's button waits as long as the gateway said. */
export function ProblemNotice({ problem, onRetry, children }: ProblemNoticeProps) {
  if (!problem) return null;
  return (
    <Notice kind={problem.canRetry ? "warn" : "bad"} title={problem.title} isLive>
      <p>
        {problem.text} {problem.nextStep}
      </p>
      {(onRetry ?? children) && (
        <div className="row">
          {onRetry && (
            <RetryButton key={problem.text} seconds={problem.retryAfter} onRetry={onRetry} />
          )}
          {children}
        </div>
      )}
    </Notice>
  );
}

function RetryButton({ seconds = 0, onRetry }: { seconds?: number; onRetry: () => unknown }) {
  const [left, setLeft] = useState(Math.ceil(seconds));
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return (
    <Button disabled={left > 0} onClick={() => void onRetry()}>
      {left > 0 ? `Try again in ${left} s` : "Try again"}
    </Button>
  );
}

/** Renders a line while the gateway does not answer, and one when it is back. */
export function ReachNotice() {
  const reach = useReach();
  if (reach === "up") return null;
  if (reach === "back") return <Notice kind="good" title="The gateway is back." isLive />;
  return (
    <Notice kind="warn" title="The gateway is not reachable. Nothing was lost." isLive>
      <p>
        Your entries stay here. The page asks again every few seconds and continues automatically.
      </p>
    </Notice>
  );
}
