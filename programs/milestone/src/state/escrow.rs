use super::PaymentPolicy;
use crate::{
    constants::MAX_MILESTONES,
    error::{refuse, MilestoneError},
    rules::escrow_terms::EscrowTerms,
};
use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};

/// Where a held milestone stands. The ways between the states are in `rules::transitions` and `docs/escrow.md`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IdlType)]
#[repr(u8)]
pub enum MilestoneState {
    Unfunded = 0,
    Funded = 1,
    Submitted = 2,
    Disputed = 3,
    Mediation = 4,
    /// Final: all of it went to the recipient. Also the milestones that were paid before the escrow was opened.
    Released = 5,
    /// Final: divided by the mediator, the timeout or both parties.
    Resolved = 6,
    /// Final: all of it went back to the owner.
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
        // No other byte is ever written.
        Self::ALL.get(byte as usize).copied().ok_or(MilestoneError::InvalidEscrow)
    }
}

/// One milestone of an escrow. `paid + refunded` is 0 until it ends and `funded` from then on.
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
#[repr(C)]
pub struct EscrowMilestone {
    /// `MilestoneState`.
    pub state: u8,
    /// What the owner put into the vault: the milestone's amount and the platform fee on top, in base units.
    pub funded: PodU64,
    /// What left the vault to the recipient, the gateway and the protocol.
    pub paid: PodU64,
    /// What went back to the owner.
    pub refunded: PodU64,
    /// When the recipient last submitted it; 0 before.
    pub submitted_at: PodI64,
    /// When the owner last disputed it; 0 before.
    pub disputed_at: PodI64,
    /// SHA-256 of what was submitted last.
    pub evidence_hash: [u8; 32],
    /// SHA-256 of why it was disputed last.
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
    /// Gets the rent back, the vault's too.
    pub rent_payer: Address,
    /// Silence after which a submission counts as approved.
    pub review_period_secs: PodU32,
    /// How long after a submission the owner may dispute it; at most the review period.
    pub dispute_window_secs: PodU32,
    /// From a dispute to mediation by itself.
    pub mediation_delay_secs: PodU32,
    /// From the start of mediation until anyone may crank the agreed split.
    pub mediation_timeout_secs: PodU32,
    /// How long after the due date a milestone may be submitted before the owner can reclaim it.
    pub delivery_grace_secs: PodU32,
    /// The recipient's share when the mediation times out.
    pub timeout_recipient_bps: PodU16,
    /// What the owner pays the gateway on top of each milestone.
    pub platform_fee_bps: PodU16,
    /// When the recipient signed the terms; 0 before.
    pub accepted_at: PodI64,
    /// Since when the current milestone can be submitted: accepted, funded and its turn; 0 when it is not all three.
    pub ready_at: PodI64,
    /// Start of the current milestone's mediation, which may lie ahead; 0 without a dispute.
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

    /// What both parties sign, besides the mediator.
    pub fn terms(&self) -> EscrowTerms {
        EscrowTerms {
            review_period_secs: self.review_period_secs.get(),
            dispute_window_secs: self.dispute_window_secs.get(),
            mediation_delay_secs: self.mediation_delay_secs.get(),
            mediation_timeout_secs: self.mediation_timeout_secs.get(),
            delivery_grace_secs: self.delivery_grace_secs.get(),
            timeout_recipient_bps: self.timeout_recipient_bps.get(),
            platform_fee_bps: self.platform_fee_bps.get(),
        }
    }

    /// The milestone at `index`. Errors: `MilestoneNotCurrent`, from the fifth on.
    #[inline(always)]
    pub fn milestone(&self, index: u8) -> core::result::Result<&EscrowMilestone, MilestoneError> {
        self.milestones.get(index as usize).ok_or(MilestoneError::MilestoneNotCurrent)
    }

    #[inline(always)]
    fn milestone_mut(&mut self, index: u8) -> core::result::Result<&mut EscrowMilestone, MilestoneError> {
        self.milestones.get_mut(index as usize).ok_or(MilestoneError::MilestoneNotCurrent)
    }

    /// The state of the milestone at `index` at `now`: a dispute is in mediation from `mediation_at` on, whether or not
    /// anyone asked for it.
    #[inline(always)]
    pub fn state_at(&self, index: u8, now: i64) -> core::result::Result<MilestoneState, MilestoneError> {
        let state = MilestoneState::from_byte(self.milestone(index)?.state)?;
        Ok(match state {
            MilestoneState::Disputed if now >= self.mediation_at.get() => MilestoneState::Mediation,
            other => other,
        })
    }

    /// First milestone from the policy's current one on that is not funded; `total_milestones` when all are.
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

    /// Funded and neither paid nor refunded, over all milestones. Errors: `CounterOverflow`, which no reachable state
    /// gives: `open_escrow` checked the sum.
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

    /// Takes the recipient's signature on the terms. Errors: `EscrowAlreadyAccepted`.
    pub fn accept(&mut self, current: u8, now: i64) -> Result<()> {
        if self.is_accepted() {
            return Err(refuse(MilestoneError::EscrowAlreadyAccepted));
        }
        self.accepted_at = now.into();
        self.touch(current, now);
        Ok(())
    }

    /// Counts `amount` into the milestone at `index`. Errors: `MilestoneNotCurrent`.
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
        self.mediation_at = now.saturating_add(self.mediation_delay_secs.get() as i64).into();
        self.updated_at = now.into();
        Ok(())
    }

    /// Puts the milestone back under review, by the clock of its submission. Errors: `MilestoneNotCurrent`.
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

    /// Ends the milestone at `index`, of which `refunded` goes back to the owner; the next one's turn comes. Errors:
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
