/** Limits the time of a rule: a user's rule may never answer, while a pass waits with the leases of a hundred policies. */
import type { ReleaseRule } from "./release-rule";

/** Time limit in milliseconds. 25 run at once, so a hundred without an answer take a minute, less than a renewed lease. */
const LIMIT_MS = 15_000;

/** Returns the same rule with a time limit; a late answer rejects, which counts as "later". */
export function answeredInTime(
  rule: ReleaseRule,
  limit: () => AbortSignal = () => AbortSignal.timeout(LIMIT_MS),
): ReleaseRule {
  return {
    name: rule.name,
    approve(policy, milestoneIndex) {
      const signal = limit();
      const isOver = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
      return Promise.race([rule.approve(policy, milestoneIndex), isOver]);
    },
  };
}
