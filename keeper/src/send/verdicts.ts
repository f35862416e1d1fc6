/**
 * Maps each error to the keeper's decision, so that a missing one is noticed. The reasons are in `classify`'s tests
 * and comments.
 */
import { MilepostErrorCode, type MilestoneErrorName } from "@milepost/sdk";

/** The keeper's decision after an action was not carried out. */
export type Verdict =
  | {
      /** Kind of the decision: the action is tried again after a delay that grows with each attempt. */
      kind: "retryable";
      /** Name of the error, or a short word such as `ReleaseLater`. */
      reason: string;
    }
  | {
      /** Kind of the decision: the policy waits until one of the accounts behind the error changes. */
      kind: "waiting";
      /** Name of the error, such as `InsufficientFunds`. */
      reason: string;
    }
  | {
      /** Kind of the decision: nothing is left to do for the milestone. */
      kind: "terminal";
      /** Name of the error, such as `PolicyCompleted`. */
      reason: string;
    }
  | {
      /** Kind of the decision: the error is not known, so the accounts are read again and the action is postponed. */
      kind: "unknown";
      /** Name of the error, or `Unrecognized`. */
      reason: string;
    };

export type VerdictKind = Verdict["kind"];

/**
 * Verdicts on the program's errors. Time alone resolves a retryable error; an account has to change for a waiting
 * one; a terminal one is final. The rest should not occur in the keeper's transactions, so the keeper reads the
 * accounts.
 */
export const PROGRAM_VERDICTS: Readonly<Record<MilestoneErrorName, VerdictKind>> = {
  // The chain's clock is ahead of the node that was asked, or behind the one that planned.
  PaymentNotDue: "retryable",
  MediationNotStarted: "retryable",
  MediationNotTimedOut: "retryable",
  // The keeper's own account: no policy is to blame, and the next attempt leaves it out.
  InvalidKeeperTokenAccount: "retryable",

  MilestoneAlreadyReleased: "terminal",
  PolicyCompleted: "terminal",
  EscrowClosed: "terminal",

  PolicyPaused: "waiting",
  ProgramPaused: "waiting",
  InsufficientFunds: "waiting",
  InsufficientDelegation: "waiting",
  DelegationRevoked: "waiting",
  DelegationReplaced: "waiting",
  TokenAccountFrozen: "waiting",
  TokenAccountCpiGuarded: "waiting",
  UnsupportedMint: "waiting",
  InvalidTokenAccount: "waiting",
  InvalidVault: "waiting",
  InvalidOwnerTokenAccount: "waiting",
  InvalidRecipientTokenAccount: "waiting",
  InvalidGatewayFeeAccount: "waiting",
  InvalidProtocolFeeAccount: "waiting",
  // The gateway now has another signer.
  InvalidSigner: "waiting",
  InvalidEscrow: "waiting",
  EscrowNotAccepted: "waiting",
  MilestoneNotFunded: "waiting",
  MilestoneNotSubmitted: "waiting",
  MilestoneInDispute: "waiting",
  MilestoneInMediation: "waiting",
  MilestoneNotDisputed: "waiting",

  // Ours is later than the current one: a fork was dropped, or a node lags.
  MilestoneNotCurrent: "unknown",
  InvalidAmount: "unknown",
  DelegateInUse: "unknown",
  InvalidReleaseCondition: "unknown",
  InvalidMilestoneCount: "unknown",
  InvalidTimestamp: "unknown",
  TimestampsNotOrdered: "unknown",
  InvalidRecipient: "unknown",
  AmountOverflow: "unknown",
  InvalidMint: "unknown",
  InvalidTokenProgram: "unknown",
  InvalidGateway: "unknown",
  InvalidUserPayment: "unknown",
  InvalidOwner: "unknown",
  InvalidAuthority: "unknown",
  InvalidFeeBps: "unknown",
  ZeroAddress: "unknown",
  InvalidProgramData: "unknown",
  InvalidRentPayer: "unknown",
  InvalidAddress: "unknown",
  GatewayHasOpenPolicies: "unknown",
  UserPaymentHasOpenPolicies: "unknown",
  PolicyIdsAheadOfSlot: "unknown",
  InvalidFirstPolicyId: "unknown",
  PolicyIdsExhausted: "unknown",
  CounterOverflow: "unknown",
  AccountAlreadyExists: "unknown",
  UnsupportedRent: "unknown",
  FeeAboveMaximum: "unknown",
  PolicyHasEscrow: "unknown",
  EscrowAlreadyAccepted: "unknown",
  EscrowHoldsMoney: "unknown",
  InvalidPeriod: "unknown",
  DisputeWindowAboveReview: "unknown",
  InvalidShareBps: "unknown",
  InvalidMediator: "unknown",
  InvalidParty: "unknown",
  InvalidFundingCount: "unknown",
  ZeroHash: "unknown",
  InvalidRecipientAmount: "unknown",
  MilestoneAlreadyFunded: "unknown",
  MilestoneAlreadySubmitted: "unknown",
  DisputeWindowClosed: "unknown",
  MediationTimedOut: "unknown",
  DeliveryNotOverdue: "unknown",
  TermsMismatch: "unknown",
  EvidenceMismatch: "unknown",
};

/** Token program errors that an account's owner can repair; the others are unknown. */
export const TOKEN_VERDICTS: Readonly<Record<string, VerdictKind>> = {
  InsufficientFunds: "waiting",
  OwnerMismatch: "waiting",
  AccountFrozen: "waiting",
  NoMemo: "waiting",
  NonConfidentialTransfersDisabled: "waiting",
  UninitializedState: "waiting",
  CpiGuardTransferBlocked: "waiting",
};

/**
 * The runtime's errors that another attempt repairs, with a new blockhash, other members or more SOL; the others are
 * unknown.
 */
export const RUNTIME_VERDICTS: Readonly<Record<string, VerdictKind>> = {
  BlockhashNotFound: "retryable",
  AccountInUse: "retryable",
  ClusterMaintenance: "retryable",
  WouldExceedMaxBlockCostLimit: "retryable",
  WouldExceedMaxAccountCostLimit: "retryable",
  WouldExceedAccountDataBlockLimit: "retryable",
  WouldExceedAccountDataTotalLimit: "retryable",
  WouldExceedMaxVoteCostLimit: "retryable",
  ProgramCacheHitMaxLimit: "retryable",
  ProgramExecutionTemporarilyRestricted: "retryable",
  ResanitizationNeeded: "retryable",
  CommitCancelled: "retryable",
  TooManyAccountLocks: "retryable",
  MaxLoadedAccountsDataSizeExceeded: "retryable",
  ComputationalBudgetExceeded: "retryable",
  ProgramFailedToComplete: "retryable",
  MaxInstructionTraceLengthExceeded: "retryable",
  MaxAccountsDataAllocationsExceeded: "retryable",
  MaxAccountsExceeded: "retryable",
  // The lookup table does not exist yet, or no longer.
  AddressLookupTableNotFound: "retryable",
  InvalidAddressLookupTableOwner: "retryable",
  InvalidAddressLookupTableData: "retryable",
  InvalidAddressLookupTableIndex: "retryable",
  // The account is the fee payer's own: no policy is to blame.
  AccountNotFound: "retryable",
  InsufficientFundsForFee: "retryable",
  InsufficientFundsForRent: "retryable",
  InvalidRentPayingAccount: "retryable",
  // These exact bytes landed: their signature has to be searched for.
  AlreadyProcessed: "unknown",
};

/** The SDK's own errors by code. `null`: the program's or the runtime's answer inside decides. */
export const SDK_VERDICTS: Readonly<Record<MilepostErrorCode, VerdictKind | null>> = {
  [MilepostErrorCode.InputInvalid]: "unknown",
  [MilepostErrorCode.InputAmount]: "unknown",
  [MilepostErrorCode.InputTimestamp]: "unknown",
  [MilepostErrorCode.InputReleaseCondition]: "unknown",
  [MilepostErrorCode.InputMemo]: "unknown",
  [MilepostErrorCode.InputMilestoneCount]: "unknown",
  [MilepostErrorCode.InputAddress]: "unknown",
  [MilepostErrorCode.InputFeeBps]: "unknown",
  [MilepostErrorCode.InputStatus]: "unknown",
  [MilepostErrorCode.InputPeriod]: "unknown",
  [MilepostErrorCode.InputHash]: "unknown",
  // The policy itself was deleted. Otherwise a node lags, or an account is invalid.
  [MilepostErrorCode.AccountNotFound]: "unknown",
  [MilepostErrorCode.AccountWrongKind]: "unknown",
  [MilepostErrorCode.AccountMismatch]: "unknown",
  [MilepostErrorCode.MintUnsupported]: "waiting",
  [MilepostErrorCode.TokenAccountCpiGuard]: "waiting",
  [MilepostErrorCode.TokenAccountRefusesTransfer]: "waiting",
  [MilepostErrorCode.ProgramError]: null,
  [MilepostErrorCode.TokenProgramError]: null,
  [MilepostErrorCode.FrameworkError]: "unknown",
  [MilepostErrorCode.RuntimeError]: null,
  [MilepostErrorCode.UnknownProgramError]: "unknown",
  [MilepostErrorCode.SendMissingSigner]: "unknown",
  [MilepostErrorCode.SendBlockhashExpired]: "retryable",
  [MilepostErrorCode.SendRejected]: "unknown",
  [MilepostErrorCode.SendTooLarge]: "unknown",
  [MilepostErrorCode.SendUnconfirmed]: "unknown",
  // The keeper holds its own keys: it asks no wallet.
  [MilepostErrorCode.SendWalletRejected]: "unknown",
  [MilepostErrorCode.SendWalletTimeout]: "unknown",
  [MilepostErrorCode.SendWalletFailed]: "unknown",
  [MilepostErrorCode.SendWalletDisconnected]: "unknown",
  [MilepostErrorCode.SendWalletUnsigned]: "unknown",
  [MilepostErrorCode.SendWalletWrongAccount]: "unknown",
  [MilepostErrorCode.SendWalletChangedTransaction]: "unknown",
  [MilepostErrorCode.SendWalletVersion]: "unknown",
  [MilepostErrorCode.SendExpiredUnsent]: "retryable",
  [MilepostErrorCode.RpcUnreachable]: "retryable",
  [MilepostErrorCode.RpcFailed]: "retryable",
  [MilepostErrorCode.RpcBehind]: "retryable",
};

/** Verdicts and reasons by JSON-RPC code of a node. */
export const RPC_VERDICTS: Readonly<Record<number, readonly [VerdictKind, string]>> = {
  [-32001]: ["retryable", "RpcBlockCleanedUp"],
  [-32002]: ["unknown", "RpcPreflightFailure"],
  [-32003]: ["unknown", "RpcSignatureFailure"],
  [-32004]: ["retryable", "RpcBehind"],
  [-32005]: ["retryable", "RpcBehind"],
  [-32006]: ["unknown", "RpcSignatureFailure"],
  [-32007]: ["retryable", "RpcBehind"],
  [-32009]: ["retryable", "RpcBehind"],
  [-32010]: ["unknown", "RpcRequestRefused"],
  [-32011]: ["unknown", "RpcRequestRefused"],
  [-32013]: ["unknown", "RpcSignatureFailure"],
  [-32014]: ["retryable", "RpcBehind"],
  [-32015]: ["unknown", "RpcRequestRefused"],
  [-32016]: ["retryable", "RpcBehind"],
  [-32429]: ["retryable", "RpcRateLimited"],
  [-32600]: ["unknown", "RpcRequestRefused"],
  [-32601]: ["unknown", "RpcRequestRefused"],
  [-32602]: ["unknown", "RpcRequestRefused"],
  [-32603]: ["retryable", "RpcUnavailable"],
  [-32700]: ["unknown", "RpcRequestRefused"],
};
