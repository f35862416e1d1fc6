/** Byte offsets of `docs/accounts.md` that `memcmp` filters and `dataSlice` scans use. */
export const USER_PAYMENT_OFFSET = { owner: 8, mint: 40 } as const;

export const ESCROW_OFFSET = { policy: 8, mediator: 40 } as const;

export const POLICY_OFFSET = {
  userPayment: 8,
  recipient: 40,
  gateway: 72,
  policyTypeTag: 104,
  milestoneTimestamps: 137,
  currentMilestone: 169,
  releaseCondition: 170,
  totalMilestones: 171,
  status: 233,
} as const;
