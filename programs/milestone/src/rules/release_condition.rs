use crate::{
    error::MilestoneError,
    state::{Milestone, RELEASE_DUE_DATE, RELEASE_GATEWAY, RELEASE_OWNER, RELEASE_RECIPIENT},
};
use anchor_lang::prelude::Address;

/// Input of a release decision.
pub struct ReleaseRequest<'a> {
    /// The milestone that the instruction names.
    pub milestone_index: u8,
    pub is_active: bool,
    pub is_program_paused: bool,
    /// Unix seconds by the chain's clock.
    pub now: i64,
    /// The signer; the account loader checked the signature.
    pub executor: &'a Address,
    pub gateway_signer: &'a Address,
    pub owner: &'a Address,
    pub recipient: &'a Address,
}

/// Checks that the named milestone may be released now: index, status, due date, signer, in this order.
/// Returns its amount in base units. (spec 003, "Release Condition Validation")
///
/// Errors: `MilestoneAlreadyReleased`, `MilestoneNotCurrent`, `PolicyCompleted`, `PolicyPaused`, `ProgramPaused`,
/// `PaymentNotDue`, `InvalidSigner`.
#[inline(always)]
pub fn decide_release(milestone: &Milestone, request: &ReleaseRequest) -> Result<u64, MilestoneError> {
    let index = request.milestone_index;
    check_current(milestone, index)?;
    if !request.is_active {
        return Err(MilestoneError::PolicyPaused);
    }
    if request.is_program_paused {
        return Err(MilestoneError::ProgramPaused);
    }
    // In range: index < total_milestones <= 4, checked at creation. `get` keeps the panic path out.
    let slot = index as usize;
    let (Some(timestamp), Some(amount)) =
        (milestone.milestone_timestamps.get(slot), milestone.milestone_amounts.get(slot))
    else {
        return Err(MilestoneError::MilestoneNotCurrent);
    };
    if milestone.release_condition & RELEASE_DUE_DATE != 0 && request.now < timestamp.get() {
        return Err(MilestoneError::PaymentNotDue);
    }
    check_signer(milestone, request)?;
    Ok(amount.get())
}

/// Checks that `index` names the current milestone. Errors: `MilestoneAlreadyReleased`, `MilestoneNotCurrent`,
/// `PolicyCompleted`.
#[inline(always)]
pub fn check_current(milestone: &Milestone, index: u8) -> Result<(), MilestoneError> {
    if index != milestone.current_milestone || index >= milestone.total_milestones {
        return Err(wrong_index(milestone, index));
    }
    Ok(())
}

/// Checks that the executor is the signer that bits 1-3 require. Errors: `InvalidSigner`.
#[inline(always)]
pub fn check_signer(milestone: &Milestone, request: &ReleaseRequest) -> Result<(), MilestoneError> {
    let required = match milestone.release_condition & !RELEASE_DUE_DATE {
        0 => return Ok(()),
        RELEASE_GATEWAY => request.gateway_signer,
        RELEASE_OWNER => request.owner,
        RELEASE_RECIPIENT => request.recipient,
        // Refused at creation, so no policy has it.
        _ => return Err(MilestoneError::InvalidReleaseCondition),
    };
    if !anchor_lang::address_eq(request.executor, required) {
        return Err(MilestoneError::InvalidSigner);
    }
    Ok(())
}

#[cold]
fn wrong_index(milestone: &Milestone, index: u8) -> MilestoneError {
    if index < milestone.current_milestone {
        MilestoneError::MilestoneAlreadyReleased
    } else if milestone.is_completed() {
        MilestoneError::PolicyCompleted
    } else {
        MilestoneError::MilestoneNotCurrent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    const STRANGER: Address = Address::new_from_array([9; 32]);
    const GATEWAY: Address = Address::new_from_array([1; 32]);
    const OWNER: Address = Address::new_from_array([2; 32]);
    const RECIPIENT: Address = Address::new_from_array([3; 32]);

    fn milestone(condition: u8, current: u8) -> Milestone {
        let mut m = Milestone::zeroed();
        m.milestone_amounts = [5u64.into(), 6u64.into(), 7u64.into(), 0u64.into()];
        m.milestone_timestamps = [100i64.into(), 200i64.into(), 300i64.into(), 0i64.into()];
        m.total_milestones = 3;
        m.current_milestone = current;
        m.release_condition = condition;
        m
    }

    fn request(index: u8, now: i64, executor: &Address) -> ReleaseRequest<'_> {
        ReleaseRequest {
            milestone_index: index,
            is_active: true,
            is_program_paused: false,
            now,
            executor,
            gateway_signer: &GATEWAY,
            owner: &OWNER,
            recipient: &RECIPIENT,
        }
    }

    #[test]
    fn given_every_condition_when_each_signer_around_the_due_date_then_only_the_specified_party() {
        for condition in [0u8, 1, 2, 3, 4, 5, 8, 9] {
            for executor in [STRANGER, GATEWAY, OWNER, RECIPIENT] {
                for now in [i64::MIN, 199, 200, 201, i64::MAX] {
                    let is_due = condition & 1 == 0 || now >= 200;
                    let is_allowed = match condition & !1 {
                        0 => true,
                        2 => executor == GATEWAY,
                        4 => executor == OWNER,
                        _ => executor == RECIPIENT,
                    };
                    let expected = match (is_due, is_allowed) {
                        (false, _) => Err(MilestoneError::PaymentNotDue),
                        (true, false) => Err(MilestoneError::InvalidSigner),
                        (true, true) => Ok(6),
                    };
                    let got = decide_release(&milestone(condition, 1), &request(1, now, &executor));
                    assert_eq!(got, expected, "condition {condition} now {now}");
                }
            }
        }
    }

    #[test]
    fn given_another_index_then_released_or_not_current_or_completed() {
        let cases = [
            (1, 0, MilestoneError::MilestoneAlreadyReleased),
            (1, 2, MilestoneError::MilestoneNotCurrent),
            (1, 255, MilestoneError::MilestoneNotCurrent),
            (3, 2, MilestoneError::MilestoneAlreadyReleased),
            (3, 3, MilestoneError::PolicyCompleted),
            (3, 255, MilestoneError::PolicyCompleted),
        ];
        for (current, index, error) in cases {
            let mut r = request(index, 1_000, &STRANGER);
            // The index decides even when the policy paused itself at the end.
            r.is_active = current < 3;
            assert_eq!(decide_release(&milestone(0, current), &r), Err(error), "{current} {index}");
        }
    }

    #[test]
    fn given_a_pause_then_the_owners_before_the_programs() {
        let mut r = request(0, 1_000, &STRANGER);
        r.is_program_paused = true;
        assert_eq!(decide_release(&milestone(0, 0), &r), Err(MilestoneError::ProgramPaused));
        r.is_active = false;
        assert_eq!(decide_release(&milestone(0, 0), &r), Err(MilestoneError::PolicyPaused));
    }
}
