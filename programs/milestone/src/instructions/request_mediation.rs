use super::{same, Loaded};
use crate::{
    error::{refuse, MilestoneError},
    events::{emit_event, MediationRequested},
    rules::{escrow_timing::decide_action, transitions::Action},
    state::{Escrow, PaymentPolicy, UserPayment},
    sysvars,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct RequestMediation {
    /// The owner or the recipient.
    #[account(
        constraint = same(party.address(), &user_payment.owner) || same(party.address(), &policy.recipient)
            @ MilestoneError::InvalidParty,
    )]
    pub party: Signer,
    pub user_payment: Loaded<UserPayment>,
    #[account(
        constraint = same(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
    )]
    pub policy: Loaded<PaymentPolicy>,
    #[account(mut, constraint = same(&escrow.policy, policy.address()) @ MilestoneError::InvalidEscrow)]
    pub escrow: Loaded<Escrow>,
}

pub fn handler(ctx: &mut Context<RequestMediation>, milestone_index: u8) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;
    let escrow = &mut accounts.escrow;
    decide_action(Action::RequestMediation, &accounts.policy.milestone, escrow, milestone_index, now)
        .map_err(refuse)?;
    escrow.request_mediation(milestone_index, now)?;
    emit_event!(MediationRequested {
        escrow: *escrow.address(),
        policy: escrow.policy,
        milestone_index,
        party: *accounts.party.address(),
        mediation_at: now.into(),
    });
    Ok(())
}
