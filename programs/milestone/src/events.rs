//! One event a transition, each with what is needed to replay it into the bytes of the accounts it changed.
//! Fixed-size and packed: the log line holds the discriminator and the struct's bytes, which read as borsh.

use crate::state::Milestone;
use anchor_lang::prelude::*;

/// Logs `event` as one `Program data:` entry, from the stack: Anchor's `emit!` copies into a heap vector first.
#[inline(always)]
pub fn emit_event<E: bytemuck::Pod + Discriminator>(event: E) {
    #[repr(C)]
    struct Entry<E> {
        discriminator: [u8; 8],
        event: E,
    }
    const { assert!(core::mem::align_of::<E>() == 1 && E::DISCRIMINATOR.len() == 8) };
    let mut entry = Entry { discriminator: [0; 8], event };
    entry.discriminator.copy_from_slice(E::DISCRIMINATOR);
    // SAFETY: both fields have alignment 1, so `Entry` has no padding and every byte is initialized.
    let bytes = unsafe {
        core::slice::from_raw_parts(&entry as *const Entry<E> as *const u8, core::mem::size_of::<Entry<E>>())
    };
    sol_log_data(&[bytes]);
}

#[event(bytemuck)]
pub struct ConfigInitialized {
    pub config: Address,
    pub authority: Address,
    pub fee_recipient: Address,
    pub protocol_fee_bps: PodU16,
    pub bump: u8,
}

/// The config's settings after the change.
#[event(bytemuck)]
pub struct ConfigUpdated {
    pub config: Address,
    pub pending_authority: Address,
    pub fee_recipient: Address,
    pub protocol_fee_bps: PodU16,
    pub is_paused: u8,
}

#[event(bytemuck)]
pub struct AuthorityAccepted {
    pub config: Address,
    pub previous_authority: Address,
    pub authority: Address,
}

#[event(bytemuck)]
pub struct GatewayCreated {
    pub gateway: Address,
    pub authority: Address,
    pub signer: Address,
    pub fee_recipient: Address,
    pub fee_bps: PodU16,
    pub name: [u8; 32],
    pub url: [u8; 64],
    pub bump: u8,
    pub rent_payer: Address,
    pub created_at: PodI64,
}

/// The gateway's settings after the change.
#[event(bytemuck)]
pub struct GatewayUpdated {
    pub gateway: Address,
    pub signer: Address,
    pub fee_recipient: Address,
    pub fee_bps: PodU16,
    pub name: [u8; 32],
    pub url: [u8; 64],
    pub updated_at: PodI64,
}

/// The gateway's keeper reward after the change.
#[event(bytemuck)]
pub struct KeeperRewardSet {
    pub gateway: Address,
    pub keeper_reward_bps: PodU16,
    pub updated_at: PodI64,
}

#[event(bytemuck)]
pub struct GatewayClosed {
    pub gateway: Address,
    pub rent_payer: Address,
}

#[event(bytemuck)]
pub struct UserPaymentCreated {
    pub user_payment: Address,
    pub owner: Address,
    pub mint: Address,
    pub token_account: Address,
    pub next_policy_id: PodU32,
    pub bump: u8,
    pub rent_payer: Address,
    pub created_at: PodI64,
}

#[event(bytemuck)]
pub struct UserPaymentClosed {
    pub user_payment: Address,
    pub rent_payer: Address,
}

#[event(bytemuck)]
pub struct PolicyCreated {
    pub policy: Address,
    pub user_payment: Address,
    pub recipient: Address,
    pub gateway: Address,
    pub milestone: Milestone,
    pub memo: [u8; 64],
    pub policy_id: PodU32,
    pub created_at: PodI64,
    pub protocol_fee_bps: PodU16,
    pub gateway_fee_bps: PodU16,
    pub bump: u8,
    pub rent_payer: Address,
    /// `UserPayment.committed` after it, and the allowance that was approved.
    pub committed: PodU64,
}

#[event(bytemuck)]
pub struct PaymentExecuted {
    pub policy: Address,
    /// Who signed the release.
    pub executor: Address,
    pub milestone_index: u8,
    /// Gross; `recipient_amount + gateway_fee + protocol_fee`.
    pub amount: PodU64,
    pub recipient_amount: PodU64,
    pub gateway_fee: PodU64,
    pub protocol_fee: PodU64,
    /// State of the policy after it.
    pub current_milestone: u8,
    pub status: u8,
    pub total_paid: PodU64,
    /// `UserPayment.committed` after it.
    pub committed: PodU64,
    pub executed_at: PodI64,
}

#[event(bytemuck)]
pub struct PolicyStatusChanged {
    pub policy: Address,
    /// 0 = active, 1 = paused.
    pub status: u8,
    pub updated_at: PodI64,
}

#[event(bytemuck)]
pub struct PolicyDeleted {
    pub policy: Address,
    pub user_payment: Address,
    pub gateway: Address,
    /// What could still have been pulled by delegation and never will be; 0 for a policy that was held.
    pub outstanding: PodU64,
    /// `UserPayment.committed` after it.
    pub committed: PodU64,
    pub rent_payer: Address,
    pub deleted_at: PodI64,
}

#[event(bytemuck)]
pub struct DelegationSynced {
    pub user_payment: Address,
    pub token_account: Address,
    /// The allowance now; 0 when it was revoked.
    pub allowance: PodU64,
}

/// A delegated policy's money moves to a vault from now on. The policy's `funding_kind` is 1 after it.
#[event(bytemuck)]
pub struct EscrowOpened {
    pub escrow: Address,
    pub policy: Address,
    pub mediator: Address,
    pub vault: Address,
    pub rent_payer: Address,
    pub review_period_secs: PodU32,
    pub dispute_window_secs: PodU32,
    pub mediation_delay_secs: PodU32,
    pub mediation_timeout_secs: PodU32,
    pub delivery_grace_secs: PodU32,
    pub timeout_recipient_bps: PodU16,
    pub platform_fee_bps: PodU16,
    pub bump: u8,
    /// Milestones below it were paid before.
    pub current_milestone: u8,
    /// `UserPayment.committed` after it.
    pub committed: PodU64,
    pub created_at: PodI64,
}

#[event(bytemuck)]
pub struct EscrowAccepted {
    pub escrow: Address,
    pub policy: Address,
    pub accepted_at: PodI64,
    /// `Escrow.ready_at` after it.
    pub ready_at: PodI64,
}

#[event(bytemuck)]
pub struct MilestonesFunded {
    pub escrow: Address,
    pub policy: Address,
    pub first_milestone: u8,
    pub count: u8,
    /// What each of the four milestones got now, the platform fee included; 0 for the others.
    pub funded: [PodU64; 4],
    pub funded_at: PodI64,
    /// `Escrow.ready_at` after it.
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
    /// When mediation starts by itself.
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
    /// Owner or recipient.
    pub party: Address,
    pub mediation_at: PodI64,
}

/// A held milestone ended and its money left the vault.
#[event(bytemuck)]
pub struct MilestoneFinalized {
    pub escrow: Address,
    pub policy: Address,
    /// Who signed it; the owner, where both parties did.
    pub actor: Address,
    pub milestone_index: u8,
    /// `MilestoneEnding`: which instruction ended it.
    pub ending: u8,
    /// `MilestoneState` after it.
    pub state: u8,
    /// The recipient's share before fees; `recipient_amount + gateway_fee + protocol_fee`.
    pub amount: PodU64,
    pub recipient_amount: PodU64,
    pub gateway_fee: PodU64,
    pub protocol_fee: PodU64,
    /// To the gateway's fee recipient as well, out of what the owner paid on top.
    pub platform_fee: PodU64,
    /// Back to the owner.
    pub refunded: PodU64,
    /// State of the policy after it.
    pub current_milestone: u8,
    pub status: u8,
    pub total_paid: PodU64,
    /// `Escrow.ready_at` after it.
    pub ready_at: PodI64,
    pub finalized_at: PodI64,
}

/// The policy's `funding_kind` is 2 and its status paused after it.
#[event(bytemuck)]
pub struct EscrowClosed {
    pub escrow: Address,
    pub policy: Address,
    /// What was in the vault: money of an escrow that was not accepted, and donations.
    pub refunded: PodU64,
    pub rent_payer: Address,
    pub closed_at: PodI64,
}

/// A part of the gateway's fee went to whom the execution named. Follows `PaymentExecuted` or `MilestoneFinalized`, whose
/// `gateway_fee` counts it in.
#[event(bytemuck)]
pub struct KeeperRewarded {
    pub policy: Address,
    pub milestone_index: u8,
    /// Who signed the release.
    pub executor: Address,
    /// Of the policy's mint; anyone may own it.
    pub keeper_token_account: Address,
    pub amount: PodU64,
}
