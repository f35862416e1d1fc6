use super::{ending_views, same, Ending, EndingAccounts, MilestoneEnding, Slot};
use crate::{
    error::{refuse, MilestoneError},
    rules::{escrow_timing::decide_action, transitions::Action},
    sysvars,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ApproveMilestone {
    pub owner: Signer,
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
    /// A token account of the mint, owned by the recipient.
    #[account(unsafe(dup))]
    pub recipient_token_account: Slot,
    /// Required when the gateway's fee or the platform fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub gateway_fee_account: Option<Slot>,
    /// Required when the protocol's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub protocol_fee_account: Option<Slot>,
    pub token_program: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<ApproveMilestone>, milestone_index: u8, evidence_hash: [u8; 32]) -> Result<()> {
    let accounts = &ctx.accounts;
    let mut ending = EndingAccounts::load(&ending_views!(
        accounts,
        recipient: Some(*accounts.recipient_token_account.account()),
        owner: None
    ))?;
    if !same(accounts.owner.address(), &ending.user_payment.owner) {
        return Err(refuse(MilestoneError::InvalidOwner));
    }
    ending.check()?;
    let now = sysvars::now()?;
    let milestone = &ending.policy.milestone;
    let state = decide_action(Action::Approve, milestone, &ending.escrow, milestone_index, now).map_err(refuse)?;
    // A delayed approval, from a multisig for example, must not pay for another submission.
    if ending.escrow.milestone(milestone_index).map_err(refuse)?.evidence_hash != evidence_hash {
        return Err(refuse(MilestoneError::EvidenceMismatch));
    }
    let amount = milestone.amount_at(milestone_index);
    ending.end(&Ending {
        milestone_index,
        ending: MilestoneEnding::Approved,
        state,
        recipient_amount: amount,
        actor: accounts.owner.address(),
        now,
    })
}
