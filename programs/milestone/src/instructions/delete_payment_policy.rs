use crate::{
    error::MilestoneError,
    events::{emit_event, PolicyDeleted},
    rules::allowance::{after_delete, AllowanceChange},
    state::{PaymentGateway, PaymentPolicy, UserPayment},
    sysvars,
    token::{self, TokenAccount},
};
use anchor_lang::{address_eq, prelude::*};

#[derive(Accounts)]
pub struct DeletePaymentPolicy {
    #[account(constraint = address_eq(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    #[account(mut)]
    pub gateway: Account<PaymentGateway>,
    #[account(mut)]
    pub user_payment: Account<UserPayment>,
    #[account(
        mut,
        constraint = address_eq(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
        constraint = address_eq(&policy.gateway, gateway.address()) @ MilestoneError::InvalidGateway,
    )]
    pub policy: Account<PaymentPolicy>,
    #[account(
        mut,
        constraint = address_eq(token_account.address(), &user_payment.token_account)
            @ MilestoneError::InvalidTokenAccount,
    )]
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
    /// Whoever paid for the policy account. May be the owner.
    #[account(
        unsafe(dup),
        constraint = address_eq(rent_payer.address(), &policy.rent_payer) @ MilestoneError::InvalidRentPayer,
    )]
    pub rent_payer: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<DeletePaymentPolicy>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::clock()?.unix_timestamp;
    token::check_program(accounts.token_program.address())?;

    let outstanding = accounts.policy.outstanding()?;
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

    accounts.lower_allowance()?;
    // After the call: the runtime demands balanced lamports at each one.
    accounts.policy.close(*accounts.rent_payer.account())?;

    emit_event(event);
    Ok(())
}

impl DeletePaymentPolicy {
    /// Lowers the allowance where this program is still the delegate. A token account in any other state is left
    /// alone: deleting must always work. Errors: `InvalidTokenProgram`, when it belongs to the other one.
    fn lower_allowance(&self) -> Result<()> {
        let token_program = self.token_program.address();
        if !self.token_account.owned_by(token_program) && token::check_program(self.token_account.owner()).is_ok() {
            return Err(MilestoneError::InvalidTokenProgram.into());
        }
        let (owner, mint) = (self.owner.address(), &self.user_payment.mint);
        let Some(source) = TokenAccount::load_of(&self.token_account, token_program, owner, mint) else {
            return Ok(());
        };
        let is_ours = source.delegate().is_some_and(|delegate| address_eq(delegate, self.user_payment.address()));
        if !is_ours || source.is_frozen() {
            return Ok(());
        }
        let committed = self.user_payment.committed.get();
        match after_delete(source.delegated_amount(), committed) {
            AllowanceChange::Keep => {}
            AllowanceChange::Revoke => token::revoke(token_program, &self.token_account, &self.owner),
            // Token-2022's CPI guard refuses `Approve` from a program.
            AllowanceChange::Approve(_) if source.is_cpi_guarded() => {}
            AllowanceChange::Approve(allowance) => {
                token::approve(token_program, &self.token_account, self.user_payment.view(), &self.owner, allowance)
            }
        }
        Ok(())
    }
}
