use super::{needed, ReleaseAccounts, Trailing};
use crate::{
    error::{refuse, MilestoneError},
    instructions::{keeper_account, Ending, FeeSlots, Finalization, Loaded, MilestoneEnding},
    rules::escrow_timing::decide_held_release,
    state::Escrow,
    sysvars,
};
use anchor_lang::{address_eq, pinocchio::account::AccountView, prelude::*};

/// Pays the milestone of a held policy from the vault, by the release condition or after a review period without a dispute.
/// The `Escrow` follows the declared accounts, so that the eleven of a delegated policy stay as they are. The keeper's token
/// account follows the escrow.
#[inline(never)]
pub fn release(accounts: &mut ReleaseAccounts, trailing: Trailing, milestone_index: u8) -> Result<()> {
    let trailing = needed(trailing)?;
    accounts.policy.check_held()?;
    let is_given = |view: &AccountView| !address_eq(view.address(), &crate::ID);
    let escrow_view =
        trailing.first().copied().filter(is_given).ok_or_else(|| refuse(MilestoneError::InvalidEscrow))?;
    // SAFETY: this is the only typed view of the account: both ways to a release refuse an account here that is in a mutable
    // slot too, and no read-only slot holds an `Escrow`.
    let mut escrow = unsafe { Loaded::<Escrow>::load_mut(escrow_view)? };
    if !address_eq(&escrow.policy, accounts.policy.address()) {
        return Err(refuse(MilestoneError::InvalidEscrow));
    }
    if !address_eq(accounts.token_account.address(), &escrow.vault) {
        return Err(refuse(MilestoneError::InvalidVault));
    }
    let now = sysvars::now()?;
    let milestone = &accounts.policy.milestone;
    let state = decide_held_release(milestone, &escrow, &accounts.request(milestone_index, now)).map_err(refuse)?;
    let amount = milestone.amount_at(milestone_index);
    let actor = *accounts.executor.address();
    Finalization {
        policy_view: *accounts.policy.view(),
        escrow_view,
        policy: &mut accounts.policy,
        escrow: &mut escrow,
        owner: &accounts.user_payment.owner,
        mint: accounts.mint,
        vault: accounts.token_account,
        token_program: accounts.token_program,
        recipient_account: Some(accounts.recipient_token_account),
        owner_account: None,
        fees: Some(FeeSlots {
            gateway: &accounts.gateway,
            config: &accounts.config,
            gateway_account: Some(accounts.gateway_fee_account),
            protocol_account: Some(accounts.protocol_fee_account),
        }),
        keeper_account: keeper_account(trailing).copied(),
    }
    .run(&Ending {
        milestone_index,
        ending: MilestoneEnding::Executed,
        state,
        recipient_amount: amount,
        actor: &actor,
        now,
    })
}
