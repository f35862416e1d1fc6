use crate::{
    error::MilestoneError,
    events::{emit_event, DelegationSynced},
    state::UserPayment,
    token::{self, TokenAccount},
};
use anchor_lang::{address_eq, prelude::*};

#[derive(Accounts)]
pub struct SyncDelegation {
    #[account(constraint = address_eq(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    pub user_payment: Account<UserPayment>,
    #[account(
        mut,
        constraint = address_eq(token_account.address(), &user_payment.token_account)
            @ MilestoneError::InvalidTokenAccount,
    )]
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
}

/// Whether approving our `UserPayment` on `source` is possible and takes nobody's place unless the owner said so.
/// Errors: `TokenAccountFrozen`, `DelegateInUse`.
pub fn check_approvable(source: &TokenAccount, user_payment: &Address, replace_delegate: bool) -> Result<()> {
    if source.is_frozen() {
        return Err(MilestoneError::TokenAccountFrozen.into());
    }
    match source.delegate() {
        Some(delegate) if !replace_delegate && !address_eq(delegate, user_payment) => {
            Err(MilestoneError::DelegateInUse.into())
        }
        _ => Ok(()),
    }
}

pub fn handler(ctx: &mut Context<SyncDelegation>, replace_delegate: bool) -> Result<()> {
    let accounts = &ctx.accounts;
    let token_program = accounts.token_program.address();
    let user_payment = &accounts.user_payment;

    token::check_program(token_program)?;
    let source =
        TokenAccount::load(&accounts.token_account, token_program).ok_or(MilestoneError::InvalidTokenAccount)?;
    if !source.is_of(accounts.owner.address(), &user_payment.mint) {
        return Err(MilestoneError::InvalidTokenAccount.into());
    }
    check_approvable(&source, user_payment.address(), replace_delegate)?;

    let committed = user_payment.committed.get();
    if committed != 0 {
        token::approve(token_program, &accounts.token_account, user_payment.view(), &accounts.owner, committed);
    } else if source.delegate().is_some() {
        token::revoke(token_program, &accounts.token_account, &accounts.owner);
    }

    emit_event(DelegationSynced {
        user_payment: *user_payment.address(),
        token_account: *accounts.token_account.address(),
        allowance: committed.into(),
    });
    Ok(())
}
