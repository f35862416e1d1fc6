use super::{ending_views, view_of, Ending, EndingAccounts, MilestoneEnding, Slot};
use crate::{
    error::refuse,
    rules::{escrow_timing::decide_action, fees::fee, transitions::Action},
    sysvars,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ExpireMediation {
    /// Anyone.
    pub executor: Signer,
    pub config: Slot,
    pub gateway: Slot,
    pub user_payment: Slot,
    #[account(mut)]
    pub policy: Slot,
    #[account(mut)]
    pub escrow: Slot,
    pub mint: Slot,
    #[account(mut)]
    pub vault: Slot,
    /// Required when the recipient receives something: a token account of the mint that the recipient owns.
    #[account(unsafe(dup))]
    pub recipient_token_account: Option<Slot>,
    /// Required when the owner receives a refund: a token account of the mint that the owner owns.
    #[account(unsafe(dup))]
    pub owner_token_account: Option<Slot>,
    /// Required when the gateway's fee or the platform fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub gateway_fee_account: Option<Slot>,
    /// Required when the protocol's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub protocol_fee_account: Option<Slot>,
    pub token_program: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<ExpireMediation>, milestone_index: u8) -> Result<()> {
    let accounts = &ctx.accounts;
    let mut ending = EndingAccounts::load(&ending_views!(
        accounts,
        recipient: view_of(&accounts.recipient_token_account),
        owner: view_of(&accounts.owner_token_account)
    ))?;
    ending.check()?;
    let now = sysvars::now()?;
    let milestone = &ending.policy.milestone;
    let state = decide_action(Action::Expire, milestone, &ending.escrow, milestone_index, now).map_err(refuse)?;
    let amount = milestone.amount_at(milestone_index);
    let recipient_amount = fee(amount, ending.escrow.terms.timeout_recipient_bps.get());
    ending.end(&Ending {
        milestone_index,
        ending: MilestoneEnding::Expired,
        state,
        recipient_amount,
        actor: accounts.executor.address(),
        now,
    })
}
