use super::OwnerOfEscrow;
use crate::{
    error::refuse,
    events::{emit_event, DisputeWithdrawn},
    rules::{escrow_timing::decide_action, transitions::Action},
    sysvars,
};
use anchor_lang::prelude::*;

pub fn handler(ctx: &mut Context<OwnerOfEscrow>, milestone_index: u8) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;
    let escrow = &mut accounts.escrow;
    decide_action(Action::WithdrawDispute, &accounts.policy.milestone, escrow, milestone_index, now).map_err(refuse)?;
    escrow.withdraw_dispute(milestone_index, now)?;
    emit_event!(DisputeWithdrawn {
        escrow: *escrow.address(),
        policy: escrow.policy,
        milestone_index,
        withdrawn_at: now.into(),
    });
    Ok(())
}
