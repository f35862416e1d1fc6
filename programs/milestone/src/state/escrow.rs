use super::{EscrowTerms, PaymentPolicy};
use crate::{
    constants::MAX_MILESTONES,
    error::{refuse, MilestoneError},
};
use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};

/// State of a held milestone. The transitions are in `rules::transitions` and `docs/escrow.md`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IdlType)]
#[repr(u8)]
pub enum MilestoneState {
    Unfunded = 0,
    Funded = 1,
    Submitted = 2,
    Disputed = 3,
    Mediation = 4,
    /// Final: paid to the recipient in full. Also the state of milestones that were paid before the escrow was opened.
    Released = 5,
    /// Final: divided by the mediator, by the timeout or by both parties.
    Resolved = 6,
    /// Final: returned to the owner in full.
    Refunded = 7,
}

impl MilestoneState {
    pub const ALL: [Self; 8] = [
        Self::Unfunded,
        Self::Funded,
        Self::Submitted,
        Self::Disputed,
        Self::Mediation,
        Self::Released,
        Self::Resolved,
        Self::Refunded,
    ];

    #[inline(always)]
    fn from_byte(byte: u8) -> core::result::Result<Self, MilestoneError> {
        // The program writes no other byte.
        Self::ALL.get(byte as usize).copied().ok_or(MilestoneError::InvalidEscrow)
    }
}

/// One milestone of an escrow. `paid + refunded` is 0 until it ends, and equals `funded` from then on.
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
#[repr(C)]
pub struct EscrowMilestone {
    /// `MilestoneState`.
    pub state: u8,
    /// Amount that the owner moved into the vault: the milestone's amount and the platform fee on top, in base units.
    pub funded: PodU64,
    /// Amount that left the vault to the recipient, the gateway and the protocol.
    pub paid: PodU64,
    /// Amount that went back to the owner.
    pub refunded: PodU64,
    /// Time of the last submission; 0 before the first.
    pub submitted_at: PodI64,
    /// Time of the last dispute; 0 before the first.
    pub disputed_at: PodI64,
    /// SHA-256 of the evidence submitted last.
    pub evidence_hash: [u8; 32],
    /// SHA-256 of the reason for the last dispute.
    pub reason_hash: [u8; 32],
}

const _: () = assert!(core::mem::size_of::<EscrowMilestone>() == 105);

/// Terms and state of a held policy, at seeds `"escrow"`, policy. 640 bytes with the discriminator. It signs for the
/// vault, its associated token account.
#[account]
pub struct Escrow {
    pub policy: Address,
    /// Divides a milestone in mediation.
    pub mediator: Address,
    pub vault: Address,
    /// Gets back the rent of this account and of the vault.
    pub rent_payer: Address,
    pub terms: EscrowTerms,
    /// Time at which the recipient signed the terms; 0 before.
    pub accepted_at: PodI64,
    /// Time from which the current milestone can be submitted: accepted, funded and its turn; 0 unless all three hold.
    pub ready_at: PodI64,
    /// Start of the current milestone's mediation, which may be in the future; 0 without a dispute.
    pub mediation_at: PodI64,
    pub created_at: PodI64,
    pub updated_at: PodI64,
    pub bump: u8,
    pub milestones: [EscrowMilestone; MAX_MILESTONES],
    pub reserved: [u8; 19],
}

const _: () = assert!(8 + core::mem::size_of::<Escrow>() == Escrow::LEN);

impl Escrow {
    pub const LEN: usize = 640;

    #[inline(always)]
    pub fn is_accepted(&self) -> bool {
        self.accepted_at.get() != 0
    }

    /// Returns the milestone at `index`. Errors: `MilestoneNotCurrent`, from the fifth on.
    #[inline(always)]
    pub fn milestone(&self, index: u8) -> core::result::Result<&EscrowMilestone, MilestoneError> {
        self.milestones.get(index as usize).ok_or(MilestoneError::MilestoneNotCurrent)
    }

    #[inline(always)]
    fn milestone_mut(&mut self, index: u8) -> core::result::Result<&mut EscrowMilestone, MilestoneError> {
        self.milestones.get_mut(index as usize).ok_or(MilestoneError::MilestoneNotCurrent)
    }

    /// Returns the state of the milestone at `index` at `now`: a dispute is in mediation from `mediation_at` on, whether or not
    /// a party requested it.
    #[inline(always)]
    pub fn state_at(&self, index: u8, now: i64) -> core::result::Result<MilestoneState, MilestoneError> {
        let state = MilestoneState::from_byte(self.milestone(index)?.state)?;
        Ok(match state {
            MilestoneState::Disputed if now >= self.mediation_at.get() => MilestoneState::Mediation,
            other => other,
        })
    }

    /// Returns the first milestone, from the policy's current one on, that is not funded; `total_milestones` when all are.
    pub fn first_unfunded(&self, policy: &PaymentPolicy) -> u8 {
        let mut index = policy.milestone.current_milestone;
        while index < policy.milestone.total_milestones
            && self.milestone(index).is_ok_and(|milestone| milestone.state != MilestoneState::Unfunded as u8)
        {
            // Cannot wrap: below `total_milestones`.
            index = index.wrapping_add(1);
        }
        index
    }

    /// Returns the sum over all milestones of what is funded and neither paid nor refunded. Errors: `CounterOverflow`, which
    /// no reachable state gives: `open_escrow` checked the sum.
    pub fn outstanding(&self) -> Result<u64> {
        let mut sum = 0u64;
        for milestone in &self.milestones {
            let held = milestone
                .funded
                .get()
                .checked_sub(milestone.paid.get())
                .and_then(|rest| rest.checked_sub(milestone.refunded.get()))
                .and_then(|rest| sum.checked_add(rest));
            sum = held.ok_or_else(|| refuse(MilestoneError::CounterOverflow))?;
        }
        Ok(sum)
    }

    /// Records the recipient's signature on the terms. Errors: `EscrowAlreadyAccepted`.
    pub fn accept(&mut self, current: u8, now: i64) -> Result<()> {
        if self.is_accepted() {
            return Err(refuse(MilestoneError::EscrowAlreadyAccepted));
        }
        self.accepted_at = now.into();
        self.touch(current, now);
        Ok(())
    }

    /// Records `amount` as the funding of the milestone at `index`. Errors: `MilestoneNotCurrent`.
    pub fn fund(&mut self, index: u8, amount: u64) -> Result<()> {
        let milestone = self.milestone_mut(index)?;
        milestone.state = MilestoneState::Funded as u8;
        milestone.funded = amount.into();
        Ok(())
    }

    /// Starts a review. Errors: `MilestoneNotCurrent`.
    pub fn submit(&mut self, index: u8, evidence_hash: [u8; 32], now: i64) -> Result<()> {
        let milestone = self.milestone_mut(index)?;
        milestone.state = MilestoneState::Submitted as u8;
        milestone.submitted_at = now.into();
        milestone.evidence_hash = evidence_hash;
        self.mediation_at = 0i64.into();
        self.updated_at = now.into();
        Ok(())
    }

    /// Freezes the milestone and sets the start of its mediation. Errors: `MilestoneNotCurrent`.
    pub fn dispute(&mut self, index: u8, reason_hash: [u8; 32], now: i64) -> Result<()> {
        let milestone = self.milestone_mut(index)?;
        milestone.state = MilestoneState::Disputed as u8;
        milestone.disputed_at = now.into();
        milestone.reason_hash = reason_hash;
        self.mediation_at = now.saturating_add(self.terms.mediation_delay_secs.get() as i64).into();
        self.updated_at = now.into();
        Ok(())
    }

    /// Puts the milestone back under review, whose period counts from the submission. Errors: `MilestoneNotCurrent`.
    pub fn withdraw_dispute(&mut self, index: u8, now: i64) -> Result<()> {
        self.milestone_mut(index)?.state = MilestoneState::Submitted as u8;
        self.mediation_at = 0i64.into();
        self.updated_at = now.into();
        Ok(())
    }

    /// Starts mediation now. Errors: `MilestoneNotCurrent`.
    pub fn request_mediation(&mut self, index: u8, now: i64) -> Result<()> {
        self.milestone_mut(index)?.state = MilestoneState::Mediation as u8;
        self.mediation_at = now.into();
        self.updated_at = now.into();
        Ok(())
    }

    /// Ends the milestone at `index`, of which `refunded` goes back to the owner, and makes the next one current. Errors:
    /// `MilestoneNotCurrent`, `CounterOverflow`, which no reachable state gives.
    #[inline(always)]
    pub fn finalize(&mut self, index: u8, state: MilestoneState, refunded: u64, now: i64) -> Result<()> {
        let milestone = self.milestone_mut(index)?;
        let paid = milestone.funded.get().checked_sub(refunded);
        milestone.state = state as u8;
        milestone.paid = paid.ok_or_else(|| refuse(MilestoneError::CounterOverflow))?.into();
        milestone.refunded = refunded.into();
        self.mediation_at = 0i64.into();
        // Cannot wrap: below 4.
        self.touch(index.wrapping_add(1), now);
        Ok(())
    }

    /// Sets `ready_at` for the `current` milestone, which was not ready before.
    #[inline(always)]
    pub fn touch(&mut self, current: u8, now: i64) {
        let is_funded = self.milestone(current).is_ok_and(|next| next.state == MilestoneState::Funded as u8);
        let is_ready = is_funded && self.is_accepted();
        self.ready_at = if is_ready { now } else { 0 }.into();
        self.updated_at = now.into();
    }
}
