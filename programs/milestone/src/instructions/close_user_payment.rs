use super::{same, Loaded};
use crate::{
    error::{refuse, MilestoneError},
    events::{log_event, UserPaymentClosed},
    rules::policy_ids,
    state::UserPayment,
    sysvars,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct CloseUserPayment {
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    #[account(mut)]
    pub user_payment: Loaded<UserPayment>,
    /// The account that paid the rent. May be the owner.
    #[account(
        unsafe(dup),
        constraint = same(rent_payer.address(), &user_payment.rent_payer) @ MilestoneError::InvalidRentPayer,
    )]
    pub rent_payer: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<CloseUserPayment>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    if accounts.user_payment.open_policies.get() != 0 {
        return Err(refuse(MilestoneError::UserPaymentHasOpenPolicies));
    }
    if !policy_ids::may_close(accounts.user_payment.next_policy_id.get(), sysvars::clock()?.slot) {
        return Err(refuse(MilestoneError::PolicyIdsAheadOfSlot));
    }
    let event = UserPaymentClosed {
        user_payment: *accounts.user_payment.address(),
        rent_payer: accounts.user_payment.rent_payer,
    };
    accounts.user_payment.close(*accounts.rent_payer.account())?;
    log_event(event);
    Ok(())
}
