mod accounts;
mod delegated;
mod direct;
mod held;

use super::{ReleaseSigner, Slot};
use accounts::{ReleaseAccounts, DECLARED};
use anchor_lang::{pinocchio::account::AccountView, prelude::*};
pub use direct::release_directly;

#[derive(Accounts)]
pub struct ExecutePayment {
    /// The signer that the release condition requires; anyone when it requires none.
    pub executor: ReleaseSigner,
    pub config: Slot,
    pub gateway: Slot,
    #[account(mut)]
    pub user_payment: Slot,
    #[account(mut)]
    pub policy: Slot,
    /// The mint of `user_payment`.
    pub mint: Slot,
    /// The owner's token account that `user_payment` names; for a held policy, the escrow's vault.
    #[account(mut)]
    pub token_account: Slot,
    /// A token account of the mint, owned by the recipient. May also be a fee account: the program holds no reference to its
    /// data.
    #[account(unsafe(dup))]
    pub recipient_token_account: Slot,
    /// Required when the gateway's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub gateway_fee_account: Option<Slot>,
    /// Required when the protocol's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub protocol_fee_account: Option<Slot>,
    /// SPL Token or Token-2022, whichever owns the mint.
    pub token_program: Slot,
    // A held policy's `Escrow` and the token account that receives the keeper's reward may follow these.
}

/// The accounts behind the declared ones. `None` when one of them repeats a mutable account, which counts only where one of
/// them is needed.
type Trailing<'a> = Option<&'a [AccountView]>;

/// Returns the accounts behind the declared ones. Errors: `ConstraintDuplicateMutableAccount`.
#[inline(always)]
fn needed(trailing: Trailing<'_>) -> Result<&[AccountView]> {
    trailing.ok_or_else(|| anchor_lang::ErrorCode::ConstraintDuplicateMutableAccount.into())
}

/// Releases what `release_directly` leaves to Anchor's dispatch.
pub fn handler(ctx: &mut Context<ExecutePayment>, milestone_index: u8) -> Result<()> {
    // Fails only with `ConstraintDuplicateMutableAccount`.
    let trailing = ctx.remaining_accounts().ok();
    let accounts = &ctx.accounts;
    // Anchor keeps no view of an absent account. The policy stands in for it, and is refused because it is not a token account.
    let or_absent = |account: &Option<Slot>| *account.as_ref().unwrap_or(&accounts.policy).account();
    let mut views = [
        *accounts.executor.account(),
        *accounts.config.account(),
        *accounts.gateway.account(),
        *accounts.user_payment.account(),
        *accounts.policy.account(),
        *accounts.mint.account(),
        *accounts.token_account.account(),
        *accounts.recipient_token_account.account(),
        or_absent(&accounts.gateway_fee_account),
        or_absent(&accounts.protocol_fee_account),
        *accounts.token_program.account(),
    ];
    release(&mut views, trailing.as_deref(), milestone_index)
}

/// Checks the accounts and releases a milestone: everything after reading the accounts, in one copy for both ways.
#[inline(never)]
fn release(views: &mut [AccountView; DECLARED], trailing: Trailing, milestone_index: u8) -> Result<()> {
    let accounts = ReleaseAccounts::load(views)?;
    if accounts.policy.is_delegated() {
        delegated::release(accounts, trailing, milestone_index)
    } else {
        held::release(accounts, trailing, milestone_index)
    }
}
