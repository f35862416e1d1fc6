/** A rule of somebody else's making may never answer, and a pass waits for it with the leases of a hundred policies. */
import type { ReleaseRule } from "../types";

/** 25 are asked at once, so that a hundred without an answer take a minute, which is less than a lease. */
const LIMIT_MS = 15_000;

/** The same rule; an answer that takes longer rejects, which counts as "later". */
export function answeredInTime(
  rule: ReleaseRule,
  limit: () => AbortSignal = () => AbortSignal.timeout(LIMIT_MS),
): ReleaseRule {
  return {
    name: rule.name,
    approve(policy, milestoneIndex) {
      const signal = limit();
      const isOver = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
      return Promise.race([rule.approve(policy, milestoneIndex), isOver]);
    },
  };
}
