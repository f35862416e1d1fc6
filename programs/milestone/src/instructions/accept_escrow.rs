use super::RecipientOfEscrow;
use crate::{
    error::{refuse, MilestoneError},
    events::{emit_event, EscrowAccepted},
    state::EscrowTerms,
    sysvars,
};
use anchor_lang::{address_eq, prelude::*};

/// Compares the terms that the recipient signed with the escrow's. A signature on the escrow's address alone would let the
/// owner open the escrow with other terms after collecting it.
pub fn handler(ctx: &mut Context<RecipientOfEscrow>, mediator: &Address, terms: &EscrowTerms) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;
    let current = accounts.policy.milestone.current_milestone;
    let escrow = &mut accounts.escrow;
    if !address_eq(mediator, &escrow.mediator) || *terms != escrow.terms {
        return Err(refuse(MilestoneError::TermsMismatch));
    }
    escrow.accept(current, now)?;
    emit_event!(EscrowAccepted {
        escrow: *escrow.address(),
        policy: escrow.policy,
        accepted_at: escrow.accepted_at,
        ready_at: escrow.ready_at,
    });
    Ok(())
}
