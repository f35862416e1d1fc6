use super::{finalization, same, Ending, Loaded, MilestoneEnding};
use crate::{
    error::{refuse, MilestoneError},
    rules::{escrow_timing::decide_action, transitions::Action},
    state::{Escrow, PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment},
    sysvars,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ApproveMilestone {
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
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
    /// A token account of the mint, owned by the recipient.
    #[account(unsafe(dup))]
    pub recipient_token_account: UncheckedAccount,
    /// Needed when the gateway's fee or the platform fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub gateway_fee_account: Option<UncheckedAccount>,
    /// Needed when the protocol's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub protocol_fee_account: Option<UncheckedAccount>,
    pub token_program: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<ApproveMilestone>, milestone_index: u8, evidence_hash: [u8; 32]) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::clock()?.unix_timestamp;
    let milestone = &accounts.policy.milestone;
    let state = decide_action(Action::Approve, milestone, &accounts.escrow, milestone_index, now).map_err(refuse)?;
    // An approval that waited, in a multisig for example, must not pay for another submission.
    if accounts.escrow.milestone(milestone_index).map_err(refuse)?.evidence_hash != evidence_hash {
        return Err(refuse(MilestoneError::EvidenceMismatch));
    }
    let amount = milestone.amount_at(milestone_index);
    let actor = *accounts.owner.address();
    finalization!(accounts, recipient: Some(*accounts.recipient_token_account.account()), owner: None).run(&Ending {
        milestone_index,
        ending: MilestoneEnding::Approved,
        state,
        recipient_amount: amount,
        actor: &actor,
        now,
    })
}
