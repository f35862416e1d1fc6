use super::OwnerOfEscrow;
use crate::{
    error::{refuse, MilestoneError},
    events::{emit_event, MilestoneDisputed},
    rules::{escrow_timing::decide_action, transitions::Action},
    sysvars,
};
use anchor_lang::prelude::*;

pub fn handler(ctx: &mut Context<OwnerOfEscrow>, milestone_index: u8, reason_hash: [u8; 32]) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;
    let escrow = &mut accounts.escrow;
    decide_action(Action::Dispute, &accounts.policy.milestone, escrow, milestone_index, now).map_err(refuse)?;
    if reason_hash == [0; 32] {
        return Err(refuse(MilestoneError::ZeroHash));
    }
    escrow.dispute(milestone_index, reason_hash, now)?;
    emit_event!(MilestoneDisputed {
        escrow: *escrow.address(),
        policy: escrow.policy,
        milestone_index,
        reason_hash,
        disputed_at: now.into(),
        mediation_at: escrow.mediation_at,
    });
    Ok(())
}
