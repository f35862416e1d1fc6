/** The protocol's numbers. The rules need them, and do without web3.js: see `rules-entry.ts`. */

/** Bit 0 of a release condition: the milestone's timestamp must be reached. */
export const RELEASE_DUE_DATE = 1;
/** Bit 1: the gateway's signer must sign. */
export const RELEASE_GATEWAY = 2;
/** Bit 2: the policy's owner (the payer) must sign. */
export const RELEASE_OWNER = 4;
/** Bit 3: the recipient must sign. */
export const RELEASE_RECIPIENT = 8;
/** The release conditions the program accepts: at most one signer, with or without the due date. */
export const RELEASE_CONDITIONS: readonly number[] = [0, 1, 2, 3, 4, 5, 8, 9];

/** Most milestones a policy can hold. */
export const MAX_MILESTONES = 4;
/** Bytes of a policy's memo. */
export const MEMO_LENGTH = 64;
/** Bytes of a gateway's name. */
export const GATEWAY_NAME_LENGTH = 32;
/** Bytes of a gateway's url. */
export const GATEWAY_URL_LENGTH = 64;
/** Basis points in the whole. */
export const BPS_DENOMINATOR = 10_000;
/** Cap of the protocol fee, in basis points. */
export const MAX_PROTOCOL_FEE_BPS = 500;
/** Cap of a gateway fee, in basis points. */
export const MAX_GATEWAY_FEE_BPS = 1_000;
/** Cap of a gateway's keeper reward, in basis points of the gateway's own fee: all of it. */
export const MAX_KEEPER_REWARD_BPS = 10_000;
/** Cap of the fee a platform charges the owner on top of a held milestone, in basis points. */
export const MAX_PLATFORM_FEE_BPS = 1_000;
/** Cap of every period of an escrow, in seconds: 365 days. */
export const MAX_PERIOD_SECS = 31_536_000;
/** 2200-01-01T00:00:00Z in Unix seconds. A later due date is milliseconds by mistake. */
export const MAX_TIMESTAMP = 7_258_118_400;

/** Sizes of the accounts in bytes, discriminator included (`docs/accounts.md`). */
export const ACCOUNT_SIZE = {
  /** Bytes of the `ProgramConfig`, of which a deployment has one. */
  programConfig: 140,
  /** Bytes of a `PaymentGateway`, of which an authority has one. */
  paymentGateway: 287,
  /** Bytes of a `UserPayment`, of which an owner has one per mint. */
  userPayment: 205,
  /** Bytes of a `PaymentPolicy`, whatever number of milestones it has. */
  paymentPolicy: 384,
  /** Bytes of an `Escrow`; its vault is a token account besides. */
  escrow: 640,
} as const;

/** `PaymentPolicy.fundingKind`: payments are pulled from the owner's token account by delegation. */
export const FUNDING_KIND_DELEGATED = 0;
/** `PaymentPolicy.fundingKind`: payments come out of the vault of the policy's `Escrow`. */
export const FUNDING_KIND_HELD = 1;
/** `PaymentPolicy.fundingKind`: the escrow was closed; the policy can only be deleted. */
export const FUNDING_KIND_CLOSED = 2;

const DAY_SECS = 86_400;

/** Terms that `openEscrow` takes where none are given. Periods are seconds, shares basis points. */
export const DEFAULT_ESCROW_TERMS = {
  /** Silence after which a submission counts as approved. */
  reviewPeriodSecs: 7 * DAY_SECS,
  /** How long after a submission the owner may dispute it. */
  disputeWindowSecs: 5 * DAY_SECS,
  /** From a dispute to mediation by itself. */
  mediationDelaySecs: 3 * DAY_SECS,
  /** From mediation until anyone may pay out the agreed split. */
  mediationTimeoutSecs: 14 * DAY_SECS,
  /**
   * From the due date, or from when it could be submitted if later, until the owner may reclaim what was not
   * submitted.
   */
  deliveryGraceSecs: 7 * DAY_SECS,
  /** The recipient's share when the mediation times out. */
  timeoutRecipientBps: 5_000,
  /** What the owner pays the gateway on top of each milestone. */
  platformFeeBps: 0,
} as const;

/** Bytes of the largest transaction the network takes. */
export const MAX_TRANSACTION_SIZE = 1232;
/**
 * Accounts that one transaction may lock. The feature `increase_tx_account_lock_limit` (128) is not active on
 * mainnet.
 */
export const MAX_TRANSACTION_ACCOUNTS = 64;
/** Instructions that one transaction may run: its own, and every one that programs call, at any depth. */
export const MAX_INSTRUCTION_TRACE = 64;
/** Compute units of the largest transaction the network takes. */
export const MAX_COMPUTE_UNITS = 1_400_000;
