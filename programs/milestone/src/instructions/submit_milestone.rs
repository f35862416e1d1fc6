use super::RecipientOfEscrow;
use crate::{
    error::{refuse, MilestoneError},
    events::{emit_event, MilestoneSubmitted},
    rules::{escrow_timing::decide_action, transitions::Action},
    sysvars,
};
use anchor_lang::prelude::*;

pub fn handler(ctx: &mut Context<RecipientOfEscrow>, milestone_index: u8, evidence_hash: [u8; 32]) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;
    let escrow = &mut accounts.escrow;
    decide_action(Action::Submit, &accounts.policy.milestone, escrow, milestone_index, now).map_err(refuse)?;
    if evidence_hash == [0; 32] {
        return Err(refuse(MilestoneError::ZeroHash));
    }
    escrow.submit(milestone_index, evidence_hash, now)?;
    emit_event!(MilestoneSubmitted {
        escrow: *escrow.address(),
        policy: escrow.policy,
        milestone_index,
        evidence_hash,
        submitted_at: now.into(),
    });
    Ok(())
}
