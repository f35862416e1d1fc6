use crate::{
    constants::{MAX_MILESTONES, MAX_TIMESTAMP},
    error::MilestoneError,
    state::{RELEASE_DUE_DATE, RELEASE_GATEWAY, RELEASE_OWNER, RELEASE_RECIPIENT},
};

/// Returns whether the bitmap is one of 0, 1, 2, 3, 4, 5, 8, 9: at most one signer bit, bits 4-7 clear.
/// (spec 003, "Release Condition Bitmap")
#[inline]
pub const fn is_release_condition(condition: u8) -> bool {
    matches!(condition & !RELEASE_DUE_DATE, 0 | RELEASE_GATEWAY | RELEASE_OWNER | RELEASE_RECIPIENT)
}

/// Checks a new policy's schedule and returns its escrow amount, the sum of the milestones.
///
/// Amounts are above zero up to `total_milestones` (1..=4) and zero after; timestamps are Unix seconds up to the year
/// 2200, zero after, and non-decreasing when the due-date bit is set. A past date is allowed and due at once.
///
/// Errors: `InvalidMilestoneCount`, `InvalidReleaseCondition`, `InvalidAmount`, `InvalidTimestamp`,
/// `TimestampsNotOrdered`, `AmountOverflow`.
pub fn validate_schedule(
    amounts: &[u64; MAX_MILESTONES],
    timestamps: &[i64; MAX_MILESTONES],
    total_milestones: u8,
    release_condition: u8,
) -> Result<u64, MilestoneError> {
    let total = total_milestones as usize;
    if total == 0 || total > MAX_MILESTONES {
        return Err(MilestoneError::InvalidMilestoneCount);
    }
    if !is_release_condition(release_condition) {
        return Err(MilestoneError::InvalidReleaseCondition);
    }
    let mut escrow_amount = 0u64;
    let mut previous = i64::MIN;
    for i in 0..MAX_MILESTONES {
        let (amount, timestamp) = (amounts[i], timestamps[i]);
        if (amount > 0) != (i < total) {
            return Err(MilestoneError::InvalidAmount);
        }
        if timestamp > MAX_TIMESTAMP || (i >= total && timestamp != 0) {
            return Err(MilestoneError::InvalidTimestamp);
        }
        if i < total {
            if release_condition & RELEASE_DUE_DATE != 0 && timestamp < previous {
                return Err(MilestoneError::TimestampsNotOrdered);
            }
            previous = timestamp;
            escrow_amount = escrow_amount.checked_add(amount).ok_or(MilestoneError::AmountOverflow)?;
        }
    }
    Ok(escrow_amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: [i64; 4] = [10, 20, 30, 40];

    #[test]
    fn given_each_byte_when_checked_then_only_eight_conditions_pass() {
        let valid: Vec<u8> = (0..=255).filter(|c| is_release_condition(*c)).collect();
        assert_eq!(valid, [0, 1, 2, 3, 4, 5, 8, 9]);
    }

    #[test]
    fn given_valid_schedules_then_the_sum() {
        assert_eq!(validate_schedule(&[50, 100, 100, 50], &OK, 4, 1), Ok(300));
        assert_eq!(validate_schedule(&[7, 0, 0, 0], &[0; 4], 1, 0), Ok(7));
        assert_eq!(validate_schedule(&[u64::MAX, 0, 0, 0], &[i64::MIN, 0, 0, 0], 1, 1), Ok(u64::MAX));
        assert_eq!(validate_schedule(&[1; 4], &[MAX_TIMESTAMP; 4], 4, 9), Ok(4));
        // Without the due-date bit the dates are informational and need no order.
        assert_eq!(validate_schedule(&[1, 1, 0, 0], &[20, 10, 0, 0], 2, 4), Ok(2));
    }

    #[test]
    fn given_bad_schedules_then_the_exact_error() {
        use MilestoneError::*;
        let cases: [([u64; 4], [i64; 4], u8, u8, MilestoneError); 13] = [
            ([1; 4], OK, 0, 1, InvalidMilestoneCount),
            ([1; 4], OK, 5, 1, InvalidMilestoneCount),
            ([1; 4], OK, 255, 1, InvalidMilestoneCount),
            ([1; 4], OK, 4, 6, InvalidReleaseCondition),
            ([1; 4], OK, 4, 16, InvalidReleaseCondition),
            ([1, 0, 1, 1], OK, 4, 1, InvalidAmount),
            ([1, 1, 1, 0], OK, 4, 1, InvalidAmount),
            ([1, 1, 1, 1], [1, 2, 3, 0], 3, 1, InvalidAmount),
            ([1, 1, 1, 0], OK, 3, 1, InvalidTimestamp),
            ([1; 4], [1, 2, 3, MAX_TIMESTAMP + 1], 4, 1, InvalidTimestamp),
            ([1; 4], [i64::MAX; 4], 4, 0, InvalidTimestamp),
            ([1; 4], [1, 2, 3, 2], 4, 1, TimestampsNotOrdered),
            ([u64::MAX, 1, 0, 0], [1, 2, 0, 0], 2, 1, AmountOverflow),
        ];
        for (amounts, timestamps, total, condition, error) in cases {
            assert_eq!(
                validate_schedule(&amounts, &timestamps, total, condition),
                Err(error),
                "{amounts:?} {timestamps:?} {total} {condition}"
            );
        }
    }
}
