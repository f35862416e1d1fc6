use crate::{constants::FIRST_POLICY_ID_WINDOW, error::MilestoneError};

/// Returns the first policy id of a `UserPayment` created in `slot`: `requested`, at most a window below the slot, or the slot.
///
/// With `may_close` this keeps every policy address unique. All ids of a closed account lie at least a window below the slot
/// of its closing, and an account created again starts at most a window below a later slot.
/// Errors: `InvalidFirstPolicyId`; `PolicyIdsExhausted` when slots no longer fit 32 bits.
pub fn first_policy_id(requested: Option<u32>, slot: u64) -> Result<u32, MilestoneError> {
    let newest = u32::try_from(slot).map_err(|_| MilestoneError::PolicyIdsExhausted)?;
    let id = requested.unwrap_or(newest);
    if id > newest || u64::from(id) < slot.saturating_sub(FIRST_POLICY_ID_WINDOW) {
        return Err(MilestoneError::InvalidFirstPolicyId);
    }
    Ok(id)
}

/// Returns whether a `UserPayment` whose next id is `next_policy_id` may be closed in `slot`.
pub fn may_close(next_policy_id: u32, slot: u64) -> bool {
    // No overflow: a u32 plus 1,024 in u64.
    u64::from(next_policy_id) + FIRST_POLICY_ID_WINDOW <= slot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_a_requested_id_then_only_inside_the_window() {
        let slot = 5_000;
        assert_eq!(first_policy_id(None, slot), Ok(5_000));
        assert_eq!(first_policy_id(Some(5_000), slot), Ok(5_000));
        assert_eq!(first_policy_id(Some(3_976), slot), Ok(3_976));
        for outside in [0, 3_975, 5_001, u32::MAX] {
            assert_eq!(first_policy_id(Some(outside), slot), Err(MilestoneError::InvalidFirstPolicyId));
        }
        assert_eq!(first_policy_id(Some(0), 1_024), Ok(0));
        assert_eq!(first_policy_id(None, u64::from(u32::MAX)), Ok(u32::MAX));
        assert_eq!(first_policy_id(None, u64::from(u32::MAX) + 1), Err(MilestoneError::PolicyIdsExhausted));
        assert_eq!(first_policy_id(Some(0), u64::MAX), Err(MilestoneError::PolicyIdsExhausted));
    }

    #[test]
    fn given_any_close_and_reopening_then_no_id_comes_twice() {
        for closed_at in [0u64, 1, 1_023, 1_024, 1_025, 9_999, u64::from(u32::MAX)] {
            let highest_next = (0..=1_024u64).filter_map(|below| closed_at.checked_sub(below)).map(|next| next as u32);
            let Some(next) = highest_next.into_iter().find(|next| may_close(*next, closed_at)) else {
                assert!(closed_at < FIRST_POLICY_ID_WINDOW);
                continue;
            };
            // The lowest id a reopening in the same slot can ask for.
            let lowest = closed_at.saturating_sub(FIRST_POLICY_ID_WINDOW) as u32;
            assert!(lowest >= next, "closed at {closed_at} with next id {next}");
        }
    }
}
