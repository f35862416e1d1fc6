/** Byte offsets in a `UserPayment`, for `memcmp` filters; `docs/accounts.md` lists all fields. */
export const USER_PAYMENT_OFFSET = {
  /** Offset of the owner's wallet, 32 bytes. */
  owner: 8,
  /** Offset of the mint, 32 bytes. */
  mint: 40,
} as const;

/** Byte offsets in a `PaymentGateway`, for `memcmp` filters. */
export const GATEWAY_OFFSET = {
  /** Offset of the key that signs releases, 32 bytes. */
  signer: 40,
} as const;

/** Byte offsets in an `Escrow`, for `memcmp` filters. */
export const ESCROW_OFFSET = {
  /** Offset of the policy's address, 32 bytes. */
  policy: 8,
  /** Offset of the mediator's wallet, 32 bytes. */
  mediator: 40,
} as const;

/** Byte offsets in a `PaymentPolicy`, for `memcmp` filters and `dataSlice` scans. */
export const POLICY_OFFSET = {
  /** Offset of the `UserPayment`'s address, 32 bytes. */
  userPayment: 8,
  /** Offset of the recipient's wallet, 32 bytes. */
  recipient: 40,
  /** Offset of the gateway account's address, 32 bytes. */
  gateway: 72,
  /** Offset of the policy type's tag, 1 byte; 1 is `Milestone`. */
  policyTypeTag: 104,
  /** Offset of the four amounts, 8 bytes each: `u64`, little-endian, base units. */
  milestoneAmounts: 105,
  /** Offset of the four due dates, 8 bytes each: `i64`, little-endian, Unix seconds. */
  milestoneTimestamps: 137,
  /** Offset of the next milestone's index, 1 byte; equals `totalMilestones` when all are released. */
  currentMilestone: 169,
  /** Offset of the release condition, 1 byte. */
  releaseCondition: 170,
  /** Offset of the number of milestones, 1 byte; 1 to 4. */
  totalMilestones: 171,
  /** Offset of the sum of the amounts, 8 bytes: `u64`, little-endian, base units. */
  escrowAmount: 172,
  /** Offset of the status, 1 byte: 0 is active, 1 is paused. */
  status: 233,
  /** Offset of the time of the last change, 8 bytes: `i64`, little-endian, Unix seconds. */
  updatedAt: 318,
  /** Offset of the funding kind, 1 byte: 0 is delegated, 1 is held in an `Escrow`, 2 is a closed escrow. */
  fundingKind: 363,
} as const;
