/** Rule: what homeowner and contractor see while the mediator decides. */
import type { Card } from "./card";

/** Returns the card of homeowner and contractor while the mediator decides. */
export function mediationCard(
  now: number,
  milestoneId: string,
  endsAt: number,
  actions: Card["actions"],
): Card {
  const isOver = now >= endsAt;
  return {
    kind: isOver ? "timeout_is_over" : "wait_mediator",
    title: isOver ? "The mediator did not decide in time" : "The mediator decides",
    sentences: isOver
      ? [["The split set in the terms is paid automatically within minutes."]]
      : [
          ["The mediator reads both sides and decides before ", { at: endsAt }, "."],
          [
            "Without a decision, the split set in the terms is paid then. You can still settle together.",
          ],
        ],
    milestoneId,
    actions,
    isOwnTurn: false,
  };
}
