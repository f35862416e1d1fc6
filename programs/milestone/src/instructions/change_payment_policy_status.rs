use super::{same, Loaded};
use crate::{
    error::MilestoneError,
    events::{emit_event, PolicyStatusChanged},
    state::{PaymentPolicy, PaymentStatus, UserPayment},
    sysvars,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ChangePaymentPolicyStatus {
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    pub user_payment: Loaded<UserPayment>,
    #[account(
        mut,
        constraint = same(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
    )]
    pub policy: Loaded<PaymentPolicy>,
}

pub fn handler(ctx: &mut Context<ChangePaymentPolicyStatus>, status: PaymentStatus) -> Result<()> {
    let policy = &mut ctx.accounts.policy;
    let now = sysvars::now()?;
    policy.set_status(status, now)?;
    emit_event!(PolicyStatusChanged { policy: *policy.address(), status: status as u8, updated_at: now.into() });
    Ok(())
}
