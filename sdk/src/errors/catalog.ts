/** Fixes for the program's errors, by their names in decisions 0001 and 0003. */
export const FIXES: Readonly<Record<string, string>> = {
  PaymentNotDue: "Wait until the chain's clock reaches the milestone's timestamp.",
  InvalidSigner:
    "Sign as the party that the release condition names; after a silent review, any key may sign.",
  InvalidAmount: "Give every milestone an amount above zero; they are fixed at creation.",
  MilestoneAlreadyReleased:
    "Nothing to do: this milestone has ended. Read the policy for the current one.",
  MilestoneNotCurrent: "Release the current milestone first; they go in order.",
  PolicyPaused:
    "The owner resumes it with changePaymentPolicyStatus(mint, policyId, { active: {} }).",
  PolicyCompleted:
    "Nothing to do: all milestones have ended. The owner may delete the policy (held: after closeEscrow).",
  ProgramPaused: "Wait until the program's authority unpauses it; deleting and pausing still work.",
  InsufficientFunds: "The owner funds the token account; delegation does not set money aside.",
  InsufficientDelegation:
    "The owner runs syncDelegation(mint), which approves what the policies still need.",
  DelegationRevoked: "The owner runs syncDelegation(mint) to approve again.",
  DelegationReplaced: "The owner runs syncDelegation(mint, { replaceDelegate: true }).",
  DelegateInUse:
    "Pass replaceDelegate: true to take the other delegate's place, or use another token account.",
  InvalidReleaseCondition: "Use 0, 1, 2, 3, 4, 5, 8 or 9.",
  InvalidMilestoneCount: "Use 1 to 4 milestones.",
  InvalidTimestamp: "Use Unix seconds, not milliseconds.",
  TimestampsNotOrdered: "Order the milestones by due date.",
  InvalidRecipient:
    "Name a wallet, not the owner's and not an account of this program; the policy's recipient signs.",
  AmountOverflow: "Lower the amounts: what all policies may still pull must fit 64 bits.",
  UnsupportedMint: "Use a mint without transfer fee, hook, permanent delegate, pause or the like.",
  InvalidMint: "Pass the mint of the policy's UserPayment.",
  InvalidTokenAccount: "Pass the owner's token account that the UserPayment names.",
  InvalidRecipientTokenAccount: "Pass a token account of the mint that the recipient owns.",
  InvalidGatewayFeeAccount:
    "Pass a token account of the mint that the gateway's fee recipient owns (held: or its authority).",
  InvalidProtocolFeeAccount:
    "Pass a token account of the mint that the protocol's fee recipient owns (held: or its authority).",
  InvalidTokenProgram: "Pass the token program that owns the mint.",
  TokenAccountFrozen: "The mint's freeze authority thaws the account.",
  InvalidGateway: "Pass the gateway that the policy names.",
  InvalidUserPayment: "Pass the UserPayment that the policy names.",
  InvalidOwner: "Add the signature of the policies' owner.",
  InvalidAuthority: "Add the signature of the config's or the gateway's authority.",
  InvalidFeeBps:
    "Use at most 500 basis points for the protocol and 1000 for a gateway or a platform.",
  ZeroAddress: "Pass a real address.",
  InvalidProgramData:
    "Pass getProgramDataPda(), and add the signature of the program's upgrade authority.",
  InvalidRentPayer: "Pass the account that paid the rent: rentPayer of the account that closes.",
  InvalidAddress:
    "Derive the address with the SDK; a policy's id may have moved on, so read nextPolicyId again.",
  GatewayHasOpenPolicies: "Close the gateway once the owners have deleted its policies.",
  UserPaymentHasOpenPolicies: "Delete the policies first.",
  PolicyIdsAheadOfSlot:
    "Try again later: closing works from 1,024 slots (about seven minutes) after the newest policy id.",
  InvalidFirstPolicyId:
    "Sign within seven minutes; where that is too short (a multisig), let createUserPayment(mint) land first.",
  PolicyIdsExhausted: "Use another owner or mint: this UserPayment takes no more policies.",
  CounterOverflow: "Report it, please: this should be unreachable.",
  AccountAlreadyExists: "Use the account that exists.",
  UnsupportedRent: "Use another cluster: the program cannot read this one's rent.",
  FeeAboveMaximum: "Read the fee again, which was raised, and create again if you agree to it.",
  TokenAccountCpiGuarded:
    "Switch the token account's CPI guard off (the owner does), or use another account.",
  InvalidEscrow: "Pass getEscrowPda(policy); a delegated policy has an escrow after openEscrow.",
  InvalidVault: "Pass the vault that the escrow names.",
  InvalidOwnerTokenAccount: "Pass a token account of the mint that the owner owns.",
  PolicyHasEscrow: "Do not pause or reopen a held policy; delete it after closeEscrow(policyPda).",
  EscrowClosed: "Delete the policy, and create another one for more work.",
  EscrowNotAccepted: "The recipient signs acceptEscrow(policyPda) first.",
  EscrowAlreadyAccepted: "Nothing to do: the recipient accepted the terms already.",
  EscrowHoldsMoney:
    "Approve, settle or reclaim the funded milestones first; before acceptance closing works at once.",
  InvalidPeriod:
    "Use seconds, at most 31536000 (365 days), and at least 1 except for the mediation delay.",
  DisputeWindowAboveReview: "Make disputeWindowSecs at most reviewPeriodSecs.",
  InvalidShareBps: "Use 0 to 10000 basis points.",
  InvalidMediator:
    "Name a wallet other than the owner's and the recipient's; the escrow's mediator signs resolveDispute.",
  InvalidParty: "Add the signature of the owner or the recipient.",
  InvalidFundingCount: "Fund at least one milestone and no more than the policy has left.",
  ZeroHash: "Pass the SHA-256 of the document: hashDocument(bytes).",
  InvalidRecipientAmount: "Give the recipient at most the milestone's amount.",
  MilestoneNotFunded:
    "The owner funds it, and what comes before it, with fundMilestones(policyPda).",
  MilestoneAlreadyFunded: "Nothing to do: read the escrow for the first unfunded milestone.",
  MilestoneNotSubmitted: "The recipient submits the milestone first with submitMilestone.",
  MilestoneAlreadySubmitted:
    "Wait for the review: the owner approves, disputes, or approves by silence.",
  MilestoneInDispute:
    "The owner withdraws the dispute, the recipient submits again, or both settle; mediation starts by itself.",
  MilestoneInMediation:
    "Wait for the mediator; both parties can settle, and after the timeout anyone may expire it.",
  MilestoneNotDisputed:
    "Nothing to do: there is no dispute. The owner opens one with disputeMilestone.",
  DisputeWindowClosed: "Settle with the recipient; the milestone is released when the review ends.",
  MediationNotStarted:
    "The owner or the recipient calls requestMediation, or the delay passes; nextActions says when.",
  MediationTimedOut: "Anyone calls expireMediation, which pays the agreed split.",
  MediationNotTimedOut:
    "Wait for the mediator, or until the mediation timeout has passed; nextActions says when.",
  DeliveryNotOverdue:
    "Wait until the grace has passed, as nextActions says, or add the recipient's signature (isAgreed).",
  TermsMismatch:
    "Read the escrow's terms again (getEscrow) and accept them only if you agree to them.",
  EvidenceMismatch: "Check the newest submission and approve that one: its hash is in getEscrow.",
  InvalidKeeperTokenAccount:
    "Pass a token account of the policy's mint, or none: then the gateway keeps its whole fee.",
};

/** Names of SPL Token's and Token-2022's errors by code. */
export const TOKEN_ERRORS: readonly string[] = [
  "NotRentExempt",
  "InsufficientFunds",
  "InvalidMint",
  "MintMismatch",
  "OwnerMismatch",
  "FixedSupply",
  "AlreadyInUse",
  "InvalidNumberOfProvidedSigners",
  "InvalidNumberOfRequiredSigners",
  "UninitializedState",
  "NativeNotSupported",
  "NonNativeHasBalance",
  "InvalidInstruction",
  "InvalidState",
  "Overflow",
  "AuthorityTypeNotSupported",
  "MintCannotFreeze",
  "AccountFrozen",
  "MintDecimalsMismatch",
  "NonNativeNotSupported",
  "ExtensionTypeMismatch",
  "ExtensionBaseMismatch",
  "ExtensionAlreadyInitialized",
  "ConfidentialTransferAccountHasBalance",
  "ConfidentialTransferAccountNotApproved",
  "ConfidentialTransferDepositsAndTransfersDisabled",
  "ConfidentialTransferElGamalPubkeyMismatch",
  "ConfidentialTransferBalanceMismatch",
  "MintHasSupply",
  "NoAuthorityExists",
  "TransferFeeExceedsMaximum",
  "MintRequiredForTransfer",
  "FeeMismatch",
  "FeeParametersMismatch",
  "ImmutableOwner",
  "AccountHasWithheldTransferFees",
  "NoMemo",
  "NonTransferable",
  "NonTransferableNeedsImmutableOwnership",
  "MaximumPendingBalanceCreditCounterExceeded",
  "MaximumDepositAmountExceeded",
  "CpiGuardSettingsLocked",
  "CpiGuardTransferBlocked",
  "CpiGuardBurnBlocked",
  "CpiGuardCloseAccountBlocked",
  "CpiGuardApproveBlocked",
  "CpiGuardSetAuthorityBlocked",
  "CpiGuardOwnerChangeBlocked",
  "ExtensionNotFound",
  "NonConfidentialTransfersDisabled",
];

/** Fixes for the token programs' errors that a payment can cause. */
export const TOKEN_FIXES: Readonly<Record<string, string>> = {
  InsufficientFunds: "The owner funds the token account.",
  OwnerMismatch: "The account that moves the tokens is neither their owner nor the delegate.",
  AccountFrozen: "The mint's freeze authority thaws the account.",
  NoMemo:
    "The destination requires a memo with every transfer: pass another token account of the wallet, or its owner turns that off.",
  NonConfidentialTransfersDisabled:
    "The destination accepts confidential transfers only: pass another token account of the wallet, or its owner turns that off.",
  CpiGuardApproveBlocked: "The owner disables the token account's CPI guard, then tries again.",
};

/** Fixes for the runtime's errors, by their names in the RPC's answer. */
export const RUNTIME_FIXES: Readonly<Record<string, string>> = {
  AccountNotFound: "The fee payer has no account; send it SOL.",
  InsufficientFundsForFee: "Send SOL to the fee payer.",
  InsufficientFundsForRent: "Send SOL to the account that pays the rent.",
  BlockhashNotFound: "The blockhash expired or is not known yet: build and sign again.",
  AlreadyProcessed: "This very transaction landed already; look its signature up.",
  MissingRequiredSignature: "Add the missing signature.",
  ComputationalBudgetExceeded: "Raise the compute unit limit.",
  ProgramFailedToComplete: "Raise the compute unit limit; if that does not help, report it.",
};

/** Names of the System program's errors by code. */
export const SYSTEM_ERRORS: readonly string[] = [
  "AccountAlreadyInUse",
  "ResultWithNegativeLamports",
  "InvalidProgramId",
  "InvalidAccountDataLength",
  "MaxSeedLengthExceeded",
  "AddressWithSeedMismatch",
];
