use super::{lower_allowance, same, Loaded};
use crate::{
    error::{refuse, MilestoneError},
    events::{log_event, PolicyDeleted},
    state::{PaymentGateway, PaymentPolicy, UserPayment, FUNDING_KIND_HELD},
    sysvars, token,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct DeletePaymentPolicy {
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    #[account(mut)]
    pub gateway: Loaded<PaymentGateway>,
    #[account(mut)]
    pub user_payment: Loaded<UserPayment>,
    #[account(
        mut,
        constraint = same(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
        constraint = same(&policy.gateway, gateway.address()) @ MilestoneError::InvalidGateway,
    )]
    pub policy: Loaded<PaymentPolicy>,
    #[account(
        mut,
        constraint = same(token_account.address(), &user_payment.token_account)
            @ MilestoneError::InvalidTokenAccount,
    )]
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
    /// The account that paid the rent of the policy. May be the owner.
    #[account(
        unsafe(dup),
        constraint = same(rent_payer.address(), &policy.rent_payer) @ MilestoneError::InvalidRentPayer,
    )]
    pub rent_payer: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<DeletePaymentPolicy>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;
    token::check_program(accounts.token_program.address())?;

    if accounts.policy.funding_kind == FUNDING_KIND_HELD {
        return Err(refuse(MilestoneError::PolicyHasEscrow));
    }
    let outstanding = accounts.policy.delegated_outstanding()?;
    accounts.user_payment.remove_policy(outstanding, now)?;
    accounts.gateway.remove_policy()?;
    let event = PolicyDeleted {
        policy: *accounts.policy.address(),
        user_payment: *accounts.user_payment.address(),
        gateway: *accounts.gateway.address(),
        outstanding: outstanding.into(),
        committed: accounts.user_payment.committed,
        rent_payer: accounts.policy.rent_payer,
        deleted_at: now.into(),
    };

    lower_allowance(
        &accounts.owner,
        &accounts.user_payment,
        &accounts.token_account,
        accounts.token_program.address(),
    )?;
    // After the call: the runtime requires balanced lamports at each call.
    accounts.policy.close(*accounts.rent_payer.account())?;

    log_event(event);
    Ok(())
}
