use super::RecipientOfEscrow;
use crate::{
    error::{refuse, MilestoneError},
    events::{emit_event, EscrowAccepted},
    rules::escrow_terms::EscrowTerms,
    sysvars,
};
use anchor_lang::{address_eq, prelude::*};

/// The recipient signs the terms themselves, not only the escrow's address: whoever collected his signature could open
/// the escrow with others after it.
pub fn handler(ctx: &mut Context<RecipientOfEscrow>, mediator: &Address, terms: &EscrowTerms) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::clock()?.unix_timestamp;
    let current = accounts.policy.milestone.current_milestone;
    let escrow = &mut accounts.escrow;
    if !address_eq(mediator, &escrow.mediator) || *terms != escrow.terms() {
        return Err(refuse(MilestoneError::TermsMismatch));
    }
    escrow.accept(current, now)?;
    emit_event(EscrowAccepted {
        escrow: *escrow.address(),
        policy: escrow.policy,
        accepted_at: escrow.accepted_at,
        ready_at: escrow.ready_at,
    });
    Ok(())
}
