use super::{same, Ending, Finalization, Loaded, MilestoneEnding};
use crate::{
    error::{refuse, MilestoneError},
    rules::{escrow_timing::decide_action, transitions::Action},
    state::{Escrow, PaymentPolicy, UserPayment},
    sysvars,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ReclaimMilestone {
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    /// With the recipient's signature the milestone does not have to be overdue.
    pub recipient: Option<Signer>,
    pub user_payment: Loaded<UserPayment>,
    #[account(
        mut,
        constraint = same(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
    )]
    pub policy: Loaded<PaymentPolicy>,
    #[account(mut, constraint = same(&escrow.policy, policy.address()) @ MilestoneError::InvalidEscrow)]
    pub escrow: Loaded<Escrow>,
    #[account(constraint = same(mint.address(), &user_payment.mint) @ MilestoneError::InvalidMint)]
    pub mint: UncheckedAccount,
    #[account(mut, constraint = same(vault.address(), &escrow.vault) @ MilestoneError::InvalidVault)]
    pub vault: UncheckedAccount,
    /// A token account of the mint that the owner owns.
    #[account(unsafe(dup))]
    pub owner_token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<ReclaimMilestone>, milestone_index: u8) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;
    let action = accounts.action()?;
    let milestone = &accounts.policy.milestone;
    let state = decide_action(action, milestone, &accounts.escrow, milestone_index, now).map_err(refuse)?;
    let actor = *accounts.owner.address();
    Finalization {
        policy_view: *accounts.policy.view(),
        escrow_view: *accounts.escrow.view(),
        policy: &mut accounts.policy,
        escrow: &mut accounts.escrow,
        owner: &accounts.user_payment.owner,
        mint: *accounts.mint.account(),
        vault: *accounts.vault.account(),
        token_program: *accounts.token_program.account(),
        recipient_account: None,
        owner_account: Some(*accounts.owner_token_account.account()),
        fees: None,
        keeper_account: None,
    }
    .run(&Ending {
        milestone_index,
        ending: MilestoneEnding::Reclaimed,
        state,
        recipient_amount: 0,
        actor: &actor,
        now,
    })
}

impl ReclaimMilestone {
    /// Returns the reclaim that the signatures allow. Errors: `InvalidRecipient`, when another account signed as the recipient.
    fn action(&self) -> Result<Action> {
        match &self.recipient {
            None => Ok(Action::Reclaim),
            Some(recipient) if same(recipient.address(), &self.policy.recipient) => Ok(Action::ReclaimAgreed),
            Some(_) => Err(refuse(MilestoneError::InvalidRecipient)),
        }
    }
}
