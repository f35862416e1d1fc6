use super::{ending_views, same, view_of, Ending, EndingAccounts, MilestoneEnding, Slot};
use crate::{
    error::{refuse, MilestoneError},
    rules::{escrow_timing::decide_action, transitions::Action},
    sysvars,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct SettleMilestone {
    pub owner: Signer,
    pub recipient: Signer,
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

pub fn handler(ctx: &mut Context<SettleMilestone>, milestone_index: u8, recipient_amount: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let mut ending = EndingAccounts::load(&ending_views!(
        accounts,
        recipient: view_of(&accounts.recipient_token_account),
        owner: view_of(&accounts.owner_token_account)
    ))?;
    if !same(accounts.owner.address(), &ending.user_payment.owner) {
        return Err(refuse(MilestoneError::InvalidOwner));
    }
    if !same(accounts.recipient.address(), &ending.policy.recipient) {
        return Err(refuse(MilestoneError::InvalidRecipient));
    }
    ending.check()?;
    let now = sysvars::now()?;
    let milestone = &ending.policy.milestone;
    let state = decide_action(Action::Settle, milestone, &ending.escrow, milestone_index, now).map_err(refuse)?;
    ending.end(&Ending {
        milestone_index,
        ending: MilestoneEnding::Settled,
        state,
        recipient_amount,
        actor: accounts.owner.address(),
        now,
    })
}
