/** Plan of a policy, as the finder makes it and the store keeps it. */

/** State of a policy: scheduled for a time, waiting for an account to change, or done. */
export type PolicyState = "scheduled" | "waiting" | "done";

/** Action of the keeper for a policy, by the SDK's names. */
export type KeeperAction = "executePayment" | "expireMediation";

/** Plan of a policy, as the finder sees it; times are Unix seconds by the chain's clock. */
export interface PolicyPlan {
  /** Address of the policy, base58. */
  address: string;
  /** Index of the current milestone, from 0; the number of milestones once all are over. */
  milestoneIndex: number;
  /** State in the store; `reason` explains any except `scheduled`. */
  state: PolicyState;
  /** Action that the keeper takes at `dueAt`; without meaning unless the state is `scheduled`. */
  action: KeeperAction;
  /**
   * Time from which the action is possible. Null when only a change of an account can make it possible. A waiting
   * held milestone has its date here, if its condition sets one.
   */
  dueAt: bigint | null;
  /** Reason for `waiting` or `done`: an SDK error name or a short word; empty when scheduled. */
  reason: string;
  /** Slot of the newest account that the plan was made from. */
  seenSlot: number;
}
