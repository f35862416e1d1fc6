/// Change of the owner's SPL allowance when a policy is deleted or held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowanceChange {
    Keep,
    Revoke,
    Approve(u64),
}

/// Returns the change that leaves the other live policies what they may still pull. Revokes at zero, and never raises the
/// allowance: an owner who lowered it elsewhere did so on purpose.
#[inline]
pub const fn after_delete(allowance: u64, committed: u64) -> AllowanceChange {
    if committed == 0 {
        AllowanceChange::Revoke
    } else if allowance > committed {
        AllowanceChange::Approve(committed)
    } else {
        AllowanceChange::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::{after_delete, AllowanceChange::*};

    #[test]
    fn given_an_allowance_when_a_policy_goes_then_lowered_never_raised() {
        assert_eq!(after_delete(0, 0), Revoke);
        assert_eq!(after_delete(9, 0), Revoke);
        assert_eq!(after_delete(9, 5), Approve(5));
        assert_eq!(after_delete(5, 5), Keep);
        assert_eq!(after_delete(4, 5), Keep);
        assert_eq!(after_delete(u64::MAX, u64::MAX - 1), Approve(u64::MAX - 1));
    }
}
