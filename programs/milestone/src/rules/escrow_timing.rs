//! The deadlines of a held milestone. A deadline is the first second in which the next thing is possible.

use super::{
    release_condition::{check_current, check_signer, ReleaseRequest},
    transitions::{next_state, Action},
};
use crate::{
    error::MilestoneError,
    state::{Escrow, EscrowMilestone, Milestone, MilestoneState, RELEASE_DUE_DATE},
};

/// Returns `at + period`, saturating: no clock reaches a deadline that does not fit.
#[inline(always)]
fn after(at: i64, period_secs: u32) -> i64 {
    at.saturating_add(period_secs as i64)
}

/// Returns the first second in which the owner can no longer dispute the submission.
pub fn dispute_closes_at(escrow: &Escrow, milestone: &EscrowMilestone) -> i64 {
    after(milestone.submitted_at.get(), escrow.terms.dispute_window_secs.get())
}

/// Returns the first second in which the owner's silence counts as approval.
pub fn review_ends_at(escrow: &Escrow, milestone: &EscrowMilestone) -> i64 {
    after(milestone.submitted_at.get(), escrow.terms.review_period_secs.get())
}

/// Returns the first second in which the mediator can no longer resolve and anyone may pay out the agreed split.
pub fn mediation_expires_at(escrow: &Escrow) -> i64 {
    after(escrow.mediation_at.get(), escrow.terms.mediation_timeout_secs.get())
}

/// Returns the first second in which the owner may reclaim the current milestone, unless it was submitted. The grace counts
/// from the later of its due date and the time from which it could be submitted.
pub fn delivery_overdue_at(escrow: &Escrow, due_date: i64) -> i64 {
    after(due_date.max(escrow.ready_at.get()), escrow.terms.delivery_grace_secs.get())
}

/// Checks that `action` is possible on the milestone at `index` at `now` (Unix seconds), for any signer: index, acceptance,
/// state, time, in this order. Returns the state that it leads to.
///
/// Errors: `MilestoneAlreadyReleased`, `MilestoneNotCurrent`, `PolicyCompleted`, `EscrowNotAccepted`, those of
/// `next_state`, `PaymentNotDue`, `DisputeWindowClosed`, `MediationTimedOut`, `MediationNotTimedOut`,
/// `DeliveryNotOverdue`.
#[inline(never)]
pub fn decide_action(
    action: Action,
    milestone: &Milestone,
    escrow: &Escrow,
    index: u8,
    now: i64,
) -> Result<MilestoneState, MilestoneError> {
    check_current(milestone, index)?;
    if !escrow.is_accepted() {
        return Err(MilestoneError::EscrowNotAccepted);
    }
    let next = next_state(escrow.state_at(index, now)?, action)?;
    let held = escrow.milestone(index)?;
    // Bounds the delivery with or without bit 0; 0 means no due date.
    let due_date = milestone.timestamp_at(index);
    let refusal = match action {
        // A set due date binds approval by silence as well.
        Action::Approve | Action::Execute if now < binding_date(milestone, index) => MilestoneError::PaymentNotDue,
        Action::Dispute if now >= dispute_closes_at(escrow, held) => MilestoneError::DisputeWindowClosed,
        Action::Resolve if now >= mediation_expires_at(escrow) => MilestoneError::MediationTimedOut,
        Action::Expire if now < mediation_expires_at(escrow) => MilestoneError::MediationNotTimedOut,
        Action::Reclaim if now < delivery_overdue_at(escrow, due_date) => MilestoneError::DeliveryNotOverdue,
        _ => return Ok(next),
    };
    Err(refusal)
}

/// Checks that `request.executor` may release a held milestone: by the policy's bitmap, or anyone once the review period has
/// passed without a dispute. Neither pause stops a held milestone. Errors: those of `decide_action`, `InvalidSigner`.
pub fn decide_held_release(
    milestone: &Milestone,
    escrow: &Escrow,
    request: &ReleaseRequest,
) -> Result<MilestoneState, MilestoneError> {
    let (index, now) = (request.milestone_index, request.now);
    let next = decide_action(Action::Execute, milestone, escrow, index, now)?;
    let is_submitted = escrow.state_at(index, now)? == MilestoneState::Submitted;
    if !(is_submitted && now >= review_ends_at(escrow, escrow.milestone(index)?)) {
        check_signer(milestone, request)?;
    }
    Ok(next)
}

/// Returns the timestamp before which nothing is released: the due date where bit 0 sets one.
fn binding_date(milestone: &Milestone, index: u8) -> i64 {
    if milestone.release_condition & RELEASE_DUE_DATE == 0 {
        return i64::MIN;
    }
    milestone.timestamp_at(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::MilestoneState::*;
    use anchor_lang::prelude::Address;
    use bytemuck::Zeroable;

    const OWNER: Address = Address::new_from_array([2; 32]);
    const STRANGER: Address = Address::new_from_array([9; 32]);
    const READY: i64 = 1_000;
    const SUBMITTED: i64 = 2_000;
    const MEDIATION: i64 = 3_000;

    fn milestone(condition: u8, due: i64) -> Milestone {
        let mut m = Milestone::zeroed();
        m.milestone_amounts[0] = 5u64.into();
        m.milestone_timestamps[0] = due.into();
        m.total_milestones = 1;
        m.release_condition = condition;
        m
    }

    fn escrow(state: MilestoneState) -> Escrow {
        let mut e = Escrow::zeroed();
        e.terms.review_period_secs = 70u32.into();
        e.terms.dispute_window_secs = 50u32.into();
        e.terms.mediation_delay_secs = 30u32.into();
        e.terms.mediation_timeout_secs = 140u32.into();
        e.terms.delivery_grace_secs = 20u32.into();
        e.accepted_at = 1i64.into();
        e.ready_at = READY.into();
        e.mediation_at = MEDIATION.into();
        e.milestones[0].state = state as u8;
        e.milestones[0].submitted_at = SUBMITTED.into();
        e
    }

    fn decide(action: Action, state: MilestoneState, condition: u8, due: i64, now: i64) -> Option<MilestoneError> {
        decide_action(action, &milestone(condition, due), &escrow(state), 0, now).err()
    }

    /// Executes as a stranger.
    fn silence(condition: u8, due: i64, now: i64) -> Option<MilestoneError> {
        let request = ReleaseRequest {
            milestone_index: 0,
            is_active: true,
            is_program_paused: true,
            now,
            executor: &STRANGER,
            gateway_signer: &OWNER,
            owner: &OWNER,
            recipient: &OWNER,
        };
        decide_held_release(&milestone(condition, due), &escrow(Submitted), &request).err()
    }

    #[test]
    fn given_five_deadlines_then_each_side_of_the_second() {
        use MilestoneError::*;
        let (dispute, review, expiry) = (SUBMITTED + 50, SUBMITTED + 70, MEDIATION + 140);
        assert_eq!(decide(Action::Dispute, Submitted, 4, 0, dispute - 1), None);
        assert_eq!(decide(Action::Dispute, Submitted, 4, 0, dispute), Some(DisputeWindowClosed));
        assert_eq!(decide(Action::Dispute, Submitted, 4, 0, dispute + 1), Some(DisputeWindowClosed));
        assert_eq!(silence(4, 0, review - 1), Some(InvalidSigner));
        assert_eq!(silence(4, 0, review), None);
        assert_eq!(silence(4, 0, review + 1), None);
        for (now, resolve, expire) in [
            (MEDIATION - 1, Some(MediationNotStarted), Some(MediationNotStarted)),
            (MEDIATION, None, Some(MediationNotTimedOut)),
            (expiry - 1, None, Some(MediationNotTimedOut)),
            (expiry, Some(MediationTimedOut), None),
            (expiry + 1, Some(MediationTimedOut), None),
        ] {
            assert_eq!(decide(Action::Resolve, Disputed, 4, 0, now), resolve, "{now}");
            assert_eq!(decide(Action::Expire, Disputed, 4, 0, now), expire, "{now}");
        }
        // The grace counts from the later of due date and readiness, with or without bit 0.
        for (condition, due, overdue) in
            [(4, 0, READY + 20), (4, i64::MIN, READY + 20), (4, 5_000, 5_020), (5, 5_000, 5_020), (5, 10, READY + 20)]
        {
            assert_eq!(decide(Action::Reclaim, Funded, condition, due, overdue - 1), Some(DeliveryNotOverdue));
            assert_eq!(decide(Action::Reclaim, Funded, condition, due, overdue), None);
            assert_eq!(decide(Action::Reclaim, Funded, condition, due, overdue + 1), None);
        }
    }

    #[test]
    fn given_a_set_due_date_then_approval_and_silence_wait_for_it() {
        let due = 9_000;
        for (now, error) in [(due - 1, Some(MilestoneError::PaymentNotDue)), (due, None), (due + 1, None)] {
            for state in [Funded, Submitted] {
                assert_eq!(decide(Action::Approve, state, 5, due, now), error);
                assert_eq!(decide(Action::Approve, state, 4, due, now), None);
            }
            assert_eq!(silence(5, due, now), error);
            assert_eq!(decide(Action::Settle, Submitted, 5, due, now), None);
        }
    }

    #[test]
    fn given_the_bitmap_then_it_releases_before_any_silence() {
        assert_eq!(silence(0, 0, SUBMITTED), None);
        assert_eq!(silence(1, SUBMITTED + 5, SUBMITTED + 4), Some(MilestoneError::PaymentNotDue));
        assert_eq!(silence(1, SUBMITTED + 5, SUBMITTED + 5), None);
    }

    #[test]
    fn given_dates_at_the_end_of_time_then_no_wrap() {
        let mut e = escrow(Submitted);
        e.milestones[0].submitted_at = i64::MAX.into();
        e.mediation_at = i64::MAX.into();
        assert_eq!(dispute_closes_at(&e, &e.milestones[0]), i64::MAX);
        assert_eq!(review_ends_at(&e, &e.milestones[0]), i64::MAX);
        assert_eq!(mediation_expires_at(&e), i64::MAX);
        assert_eq!(delivery_overdue_at(&e, i64::MAX), i64::MAX);
    }

    #[test]
    fn given_no_acceptance_then_nothing_but_the_index_comes_before() {
        let mut e = escrow(Funded);
        e.accepted_at = 0i64.into();
        let m = milestone(4, 0);
        let decide = |index| decide_action(Action::Submit, &m, &e, index, 0);
        assert_eq!(decide(0), Err(MilestoneError::EscrowNotAccepted));
        assert_eq!(decide(1), Err(MilestoneError::MilestoneNotCurrent));
    }
}
