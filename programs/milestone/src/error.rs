//! One error per cause. Codes start at 6000 and are append-only: never reorder, never remove.

use anchor_lang::prelude::*;

#[error_code]
#[derive(Debug, PartialEq, Eq)]
pub enum MilestoneError {
    #[msg("The milestone's due date has not been reached")]
    PaymentNotDue,
    #[msg("The signer that the release condition requires did not sign")]
    InvalidSigner,
    #[msg("Every milestone amount must be above zero, and every unused slot must be zero")]
    InvalidAmount,
    #[msg("This milestone has already been released")]
    MilestoneAlreadyReleased,
    #[msg("This is not the current milestone; milestones are released in order")]
    MilestoneNotCurrent,
    #[msg("The policy is paused by its owner")]
    PolicyPaused,
    #[msg("The policy has released all its milestones")]
    PolicyCompleted,
    #[msg("The program is paused by its authority")]
    ProgramPaused,
    #[msg("The owner's token account holds less than the milestone's amount")]
    InsufficientFunds,
    #[msg("The delegated allowance is less than the milestone's amount")]
    InsufficientDelegation,
    #[msg("The owner's token account has no delegate; the owner can repair it with sync_delegation")]
    DelegationRevoked,
    #[msg("The owner's token account is delegated to someone else; the owner can repair it with sync_delegation")]
    DelegationReplaced,
    #[msg("The token account already has another delegate; set replace_delegate to overwrite it")]
    DelegateInUse,
    #[msg("The release condition must be one of 0, 1, 2, 3, 4, 5, 8, 9")]
    InvalidReleaseCondition,
    #[msg("A policy must have 1 to 4 milestones")]
    InvalidMilestoneCount,
    #[msg("A timestamp must be Unix seconds up to the year 2200, and zero in unused slots")]
    InvalidTimestamp,
    #[msg("Due dates must not decrease")]
    TimestampsNotOrdered,
    #[msg("The recipient must not be the owner, a mint, a token account or an account of this program; a recipient that signs must be the policy's")]
    InvalidRecipient,
    #[msg("The sum of the amounts does not fit in 64 bits")]
    AmountOverflow,
    #[msg("The mint has a token extension that milestone payments do not support")]
    UnsupportedMint,
    #[msg("This is not the policy's mint, or not a mint")]
    InvalidMint,
    #[msg("This is not the owner's token account that the UserPayment names")]
    InvalidTokenAccount,
    #[msg("The destination must be a token account of the mint, owned by the recipient")]
    InvalidRecipientTokenAccount,
    #[msg("The gateway fee account must be a token account of the mint, owned by the gateway's fee recipient, or for a held policy by its authority")]
    InvalidGatewayFeeAccount,
    #[msg("The protocol fee account must be a token account of the mint, owned by the protocol's fee recipient, or for a held policy by its authority")]
    InvalidProtocolFeeAccount,
    #[msg("The token program must be the one that owns the mint: SPL Token or Token-2022")]
    InvalidTokenProgram,
    #[msg("A token account in this instruction is frozen")]
    TokenAccountFrozen,
    #[msg("This is not the policy's gateway")]
    InvalidGateway,
    #[msg("This is not the policy's UserPayment")]
    InvalidUserPayment,
    #[msg("Only the owner may do this")]
    InvalidOwner,
    #[msg("Only the authority may do this")]
    InvalidAuthority,
    #[msg("The fee is above the cap: 500 bps for the protocol, 1000 for a gateway or a platform")]
    InvalidFeeBps,
    #[msg("The address must not be all zero")]
    ZeroAddress,
    #[msg("This is not the program's ProgramData account")]
    InvalidProgramData,
    #[msg("Rent must go back to the account that paid it")]
    InvalidRentPayer,
    #[msg("The address is not the one derived from the seeds")]
    InvalidAddress,
    #[msg("Policies that name this gateway still exist")]
    GatewayHasOpenPolicies,
    #[msg("Policies of this UserPayment still exist")]
    UserPaymentHasOpenPolicies,
    #[msg("The UserPayment cannot close until 1024 slots after its newest possible policy id")]
    PolicyIdsAheadOfSlot,
    #[msg("No policy ids are left")]
    PolicyIdsExhausted,
    #[msg("A counter would overflow")]
    CounterOverflow,
    #[msg("The account already exists")]
    AccountAlreadyExists,
    #[msg("The chain's rent sysvar is not one this program can read")]
    UnsupportedRent,
    #[msg("The first policy id must be at most 1024 below the current slot, and not above it")]
    InvalidFirstPolicyId,
    #[msg("The gateway's or the protocol's fee is above the maximum that the owner agreed to")]
    FeeAboveMaximum,
    #[msg("The token account's CPI guard refuses an approval from a program; the owner can disable the guard")]
    TokenAccountCpiGuarded,
    #[msg("This is not the policy's escrow, or the policy has none")]
    InvalidEscrow,
    #[msg("This is not the escrow's vault, its associated token account of the mint")]
    InvalidVault,
    #[msg("Refunds must go to a token account of the mint that the owner owns")]
    InvalidOwnerTokenAccount,
    #[msg("The policy is held in escrow: it cannot be paused or held again, and can be deleted after close_escrow")]
    PolicyHasEscrow,
    #[msg("The policy's escrow is closed; the policy can only be deleted")]
    EscrowClosed,
    #[msg("The recipient has not accepted the escrow's terms")]
    EscrowNotAccepted,
    #[msg("The recipient has already accepted the escrow's terms")]
    EscrowAlreadyAccepted,
    #[msg("The vault holds funded milestones; release, settle or reclaim them first")]
    EscrowHoldsMoney,
    #[msg("A period must be 1 second to 365 days; the mediation delay may be 0")]
    InvalidPeriod,
    #[msg("The dispute window must not be longer than the review period")]
    DisputeWindowAboveReview,
    #[msg("A share must be 0 to 10000 bps")]
    InvalidShareBps,
    #[msg("The mediator must not be the owner, the recipient or the all-zero address")]
    InvalidMediator,
    #[msg("Only the owner or the recipient may do this")]
    InvalidParty,
    #[msg("The milestones to fund must exist, and the count must be at least one")]
    InvalidFundingCount,
    #[msg("The hash must not be all zero")]
    ZeroHash,
    #[msg("The recipient's amount is above the milestone's amount")]
    InvalidRecipientAmount,
    #[msg("The milestone, or one before it, is not funded")]
    MilestoneNotFunded,
    #[msg("The milestone is already funded")]
    MilestoneAlreadyFunded,
    #[msg("The recipient has not submitted the milestone")]
    MilestoneNotSubmitted,
    #[msg("The recipient has already submitted the milestone")]
    MilestoneAlreadySubmitted,
    #[msg("The milestone is disputed, so it is frozen")]
    MilestoneInDispute,
    #[msg("The milestone is in mediation, so it is frozen")]
    MilestoneInMediation,
    #[msg("The milestone is not disputed")]
    MilestoneNotDisputed,
    #[msg("The dispute window has passed")]
    DisputeWindowClosed,
    #[msg("Mediation has not started: neither party requested it, and the delay has not passed")]
    MediationNotStarted,
    #[msg("The mediation has timed out; expire_mediation pays the agreed split")]
    MediationTimedOut,
    #[msg("The mediation has not timed out")]
    MediationNotTimedOut,
    #[msg("The delivery is not overdue, and the recipient did not sign")]
    DeliveryNotOverdue,
    #[msg("The escrow's terms differ from those that the recipient signed")]
    TermsMismatch,
    #[msg("The milestone's submission is not the one that the owner reviewed")]
    EvidenceMismatch,
    #[msg("The keeper's reward must go to a token account of the mint")]
    InvalidKeeperTokenAccount,
}

/// Converts an error to the runtime's form, out of line. Inlined, each exit of a handler sets its code before the check that
/// it belongs to, which costs a release 66 CU.
#[cold]
#[inline(never)]
pub fn refuse(error: MilestoneError) -> ProgramError {
    error.into()
}
