/// What deleting a policy does to the owner's SPL allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowanceChange {
    Keep,
    Revoke,
    Approve(u64),
}

/// Lowers the allowance to what the other live policies may still pull, revokes at zero, and never raises it: an
/// owner who lowered it elsewhere meant that. `allowance` is `None` when this program is not the delegate.
#[inline]
pub const fn after_delete(allowance: Option<u64>, committed: u64) -> AllowanceChange {
    match allowance {
        None => AllowanceChange::Keep,
        Some(_) if committed == 0 => AllowanceChange::Revoke,
        Some(current) if current > committed => AllowanceChange::Approve(committed),
        Some(_) => AllowanceChange::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::{after_delete, AllowanceChange::*};

    #[test]
    fn given_an_allowance_when_a_policy_goes_then_lowered_never_raised() {
        assert_eq!(after_delete(None, 0), Keep);
        assert_eq!(after_delete(None, 5), Keep);
        assert_eq!(after_delete(Some(0), 0), Revoke);
        assert_eq!(after_delete(Some(9), 0), Revoke);
        assert_eq!(after_delete(Some(9), 5), Approve(5));
        assert_eq!(after_delete(Some(5), 5), Keep);
        assert_eq!(after_delete(Some(4), 5), Keep);
        assert_eq!(after_delete(Some(u64::MAX), u64::MAX - 1), Approve(u64::MAX - 1));
    }
}
