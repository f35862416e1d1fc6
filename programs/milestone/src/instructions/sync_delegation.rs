use super::{same, Loaded};
use crate::{
    error::{refuse, MilestoneError},
    events::{emit_event, DelegationSynced},
    state::UserPayment,
    token::{self, TokenAccount},
};
use anchor_lang::{address_eq, prelude::*};

#[derive(Accounts)]
pub struct SyncDelegation {
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    pub user_payment: Loaded<UserPayment>,
    #[account(
        mut,
        constraint = same(token_account.address(), &user_payment.token_account)
            @ MilestoneError::InvalidTokenAccount,
    )]
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<SyncDelegation>, replace_delegate: bool) -> Result<()> {
    let accounts = &ctx.accounts;
    let token_program = accounts.token_program.address();
    let user_payment = &accounts.user_payment;

    token::check_program(token_program)?;
    let (owner, committed) = (accounts.owner.address(), user_payment.committed.get());
    let source = TokenAccount::load_shared(&accounts.token_account, token_program, owner, &user_payment.mint)
        .ok_or_else(|| refuse(MilestoneError::InvalidTokenAccount))?;
    if committed != 0 {
        source.check_approvable(user_payment.address(), replace_delegate)?;
        token::approve(token_program, &accounts.token_account, user_payment.view(), &accounts.owner, committed);
    } else if source.delegate().is_some_and(|delegate| address_eq(delegate, user_payment.address())) {
        // There is no allowance to set: another program's delegate stays, whatever `replace_delegate` says.
        if source.is_frozen() {
            return Err(refuse(MilestoneError::TokenAccountFrozen));
        }
        token::revoke(token_program, &accounts.token_account, &accounts.owner);
    }

    emit_event!(DelegationSynced {
        user_payment: *user_payment.address(),
        token_account: *accounts.token_account.address(),
        allowance: committed.into(),
    });
    Ok(())
}
