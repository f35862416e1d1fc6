use super::Loaded;
use crate::{
    error::{refuse, MilestoneError},
    rules::allowance::{after_delete, AllowanceChange},
    state::UserPayment,
    token::{self, TokenAccount},
};
use anchor_lang::{address_eq, pinocchio::account::AccountView, prelude::*};

/// Lowers the allowance to `committed` where this program is still the delegate. Leaves a token account in any other state
/// alone, because the instructions that call this must always work. Errors: `InvalidTokenProgram`, when the account belongs to
/// the other token program.
#[inline(never)]
pub fn lower_allowance(
    owner: &AccountView,
    user_payment: &Loaded<UserPayment>,
    token_account: &AccountView,
    token_program: &Address,
) -> Result<()> {
    if !address_eq(token_account.owner(), token_program) && token::is_program(token_account.owner()) {
        return Err(refuse(MilestoneError::InvalidTokenProgram));
    }
    let Some(source) = TokenAccount::load_shared(token_account, token_program, owner.address(), &user_payment.mint)
    else {
        return Ok(());
    };
    let is_ours = source.delegate().is_some_and(|delegate| address_eq(delegate, user_payment.address()));
    if !is_ours || source.is_frozen() {
        return Ok(());
    }
    match after_delete(source.delegated_amount(), user_payment.committed.get()) {
        AllowanceChange::Keep => {}
        AllowanceChange::Revoke => token::revoke(token_program, token_account, owner),
        // Token-2022's CPI guard refuses `Approve` from a program.
        AllowanceChange::Approve(_) if source.is_cpi_guarded() => {}
        AllowanceChange::Approve(allowance) => {
            token::approve(token_program, token_account, user_payment.view(), owner, allowance)
        }
    }
    Ok(())
}
