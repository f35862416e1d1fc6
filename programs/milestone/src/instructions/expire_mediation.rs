use super::{finalization, same, view_of, Ending, Loaded, MilestoneEnding};
use crate::{
    error::{refuse, MilestoneError},
    rules::{escrow_timing::decide_action, fees::fee, transitions::Action},
    state::{Escrow, PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment},
    sysvars,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ExpireMediation {
    /// Anyone.
    pub executor: Signer,
    pub config: Loaded<ProgramConfig>,
    pub gateway: Loaded<PaymentGateway>,
    pub user_payment: Loaded<UserPayment>,
    #[account(
        mut,
        constraint = same(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
        constraint = same(&policy.gateway, gateway.address()) @ MilestoneError::InvalidGateway,
    )]
    pub policy: Loaded<PaymentPolicy>,
    #[account(mut, constraint = same(&escrow.policy, policy.address()) @ MilestoneError::InvalidEscrow)]
    pub escrow: Loaded<Escrow>,
    #[account(constraint = same(mint.address(), &user_payment.mint) @ MilestoneError::InvalidMint)]
    pub mint: UncheckedAccount,
    #[account(mut, constraint = same(vault.address(), &escrow.vault) @ MilestoneError::InvalidVault)]
    pub vault: UncheckedAccount,
    /// Needed when the recipient gets something: a token account of the mint that the recipient owns.
    #[account(unsafe(dup))]
    pub recipient_token_account: Option<UncheckedAccount>,
    /// Needed when the owner gets something back: a token account of the mint that the owner owns.
    #[account(unsafe(dup))]
    pub owner_token_account: Option<UncheckedAccount>,
    /// Needed when the gateway's fee or the platform fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub gateway_fee_account: Option<UncheckedAccount>,
    /// Needed when the protocol's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub protocol_fee_account: Option<UncheckedAccount>,
    pub token_program: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<ExpireMediation>, milestone_index: u8) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::clock()?.unix_timestamp;
    let milestone = &accounts.policy.milestone;
    let state = decide_action(Action::Expire, milestone, &accounts.escrow, milestone_index, now).map_err(refuse)?;
    let amount = milestone.amount_at(milestone_index);
    let recipient_amount = fee(amount, accounts.escrow.timeout_recipient_bps.get());
    let actor = *accounts.executor.address();
    finalization!(accounts, recipient: view_of(&accounts.recipient_token_account), owner: view_of(&accounts.owner_token_account))
    .run(&Ending {
        milestone_index,
        ending: MilestoneEnding::Expired,
        state,
        recipient_amount,
        actor: &actor,
        now,
    })
}
