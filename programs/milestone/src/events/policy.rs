use crate::state::Milestone;
use anchor_lang::prelude::*;

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
pub struct DelegationSynced {
    pub user_payment: Address,
    pub token_account: Address,
    /// The new allowance; 0 when it was revoked.
    pub allowance: PodU64,
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
    /// `UserPayment.committed` after the creation, and the approved allowance.
    pub committed: PodU64,
}

#[event(bytemuck)]
pub struct PaymentExecuted {
    pub policy: Address,
    /// Signer of the release.
    pub executor: Address,
    pub milestone_index: u8,
    /// Gross amount: `recipient_amount + gateway_fee + protocol_fee`.
    pub amount: PodU64,
    pub recipient_amount: PodU64,
    pub gateway_fee: PodU64,
    pub protocol_fee: PodU64,
    /// The policy after the release.
    pub current_milestone: u8,
    pub status: u8,
    pub total_paid: PodU64,
    /// `UserPayment.committed` after the release.
    pub committed: PodU64,
    pub executed_at: PodI64,
}

/// A part of the gateway's fee was paid as a keeper's reward. Follows `PaymentExecuted` or `MilestoneFinalized`, whose
/// `gateway_fee` includes it.
#[event(bytemuck)]
pub struct KeeperRewarded {
    pub policy: Address,
    pub milestone_index: u8,
    /// Signer of the release.
    pub executor: Address,
    /// A token account of the policy's mint; anyone may own it.
    pub keeper_token_account: Address,
    pub amount: PodU64,
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
    /// Amount that could still have been pulled by delegation; 0 for a policy that was held.
    pub outstanding: PodU64,
    /// `UserPayment.committed` after the deletion.
    pub committed: PodU64,
    pub rent_payer: Address,
    pub deleted_at: PodI64,
}
