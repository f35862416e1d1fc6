use crate::state::EscrowTerms;
use anchor_lang::prelude::*;

/// A delegated policy became a held one, whose money moves to a vault. The policy's `funding_kind` is now 1.
#[event(bytemuck)]
pub struct EscrowOpened {
    pub escrow: Address,
    pub policy: Address,
    pub mediator: Address,
    pub vault: Address,
    pub rent_payer: Address,
    pub terms: EscrowTerms,
    pub bump: u8,
    /// Milestones below it were paid before the opening.
    pub current_milestone: u8,
    /// `UserPayment.committed` after the opening.
    pub committed: PodU64,
    pub created_at: PodI64,
}

#[event(bytemuck)]
pub struct EscrowAccepted {
    pub escrow: Address,
    pub policy: Address,
    pub accepted_at: PodI64,
    /// The new `Escrow.ready_at`.
    pub ready_at: PodI64,
}

#[event(bytemuck)]
pub struct MilestonesFunded {
    pub escrow: Address,
    pub policy: Address,
    pub first_milestone: u8,
    pub count: u8,
    /// Amount that each of the four milestones received, including the platform fee; 0 for the others.
    pub funded: [PodU64; 4],
    pub funded_at: PodI64,
    /// The new `Escrow.ready_at`.
    pub ready_at: PodI64,
}

#[event(bytemuck)]
pub struct MilestoneSubmitted {
    pub escrow: Address,
    pub policy: Address,
    pub milestone_index: u8,
    pub evidence_hash: [u8; 32],
    pub submitted_at: PodI64,
}

#[event(bytemuck)]
pub struct MilestoneDisputed {
    pub escrow: Address,
    pub policy: Address,
    pub milestone_index: u8,
    pub reason_hash: [u8; 32],
    pub disputed_at: PodI64,
    /// When mediation starts without a request.
    pub mediation_at: PodI64,
}

#[event(bytemuck)]
pub struct DisputeWithdrawn {
    pub escrow: Address,
    pub policy: Address,
    pub milestone_index: u8,
    pub withdrawn_at: PodI64,
}

#[event(bytemuck)]
pub struct MediationRequested {
    pub escrow: Address,
    pub policy: Address,
    pub milestone_index: u8,
    /// The owner or the recipient.
    pub party: Address,
    pub mediation_at: PodI64,
}

/// A held milestone ended and its money left the vault.
#[event(bytemuck)]
pub struct MilestoneFinalized {
    pub escrow: Address,
    pub policy: Address,
    /// Signer of the ending; the owner where both parties signed.
    pub actor: Address,
    pub milestone_index: u8,
    /// `MilestoneEnding`: the instruction that ended it.
    pub ending: u8,
    /// The new `MilestoneState`.
    pub state: u8,
    /// The recipient's share before fees: `recipient_amount + gateway_fee + protocol_fee`.
    pub amount: PodU64,
    pub recipient_amount: PodU64,
    pub gateway_fee: PodU64,
    pub protocol_fee: PodU64,
    /// Also paid to the gateway's fee recipient, from what the owner paid on top.
    pub platform_fee: PodU64,
    /// Returned to the owner.
    pub refunded: PodU64,
    /// The policy after the ending.
    pub current_milestone: u8,
    pub status: u8,
    pub total_paid: PodU64,
    /// The new `Escrow.ready_at`.
    pub ready_at: PodI64,
    pub finalized_at: PodI64,
}

/// The policy's `funding_kind` is now 2, and its status is paused.
#[event(bytemuck)]
pub struct EscrowClosed {
    pub escrow: Address,
    pub policy: Address,
    /// Balance of the vault: money of an escrow that was not accepted, and donations.
    pub refunded: PodU64,
    pub rent_payer: Address,
    pub closed_at: PodI64,
}
