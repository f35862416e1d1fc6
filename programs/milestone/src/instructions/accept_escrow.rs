use super::RecipientOfEscrow;
use crate::{
    events::{emit_event, EscrowAccepted},
    sysvars,
};
use anchor_lang::prelude::*;

pub fn handler(ctx: &mut Context<RecipientOfEscrow>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::clock()?.unix_timestamp;
    let current = accounts.policy.milestone.current_milestone;
    let escrow = &mut accounts.escrow;
    escrow.accept(current, now)?;
    emit_event(EscrowAccepted {
        escrow: *escrow.address(),
        policy: escrow.policy,
        accepted_at: escrow.accepted_at,
        ready_at: escrow.ready_at,
    });
    Ok(())
}
