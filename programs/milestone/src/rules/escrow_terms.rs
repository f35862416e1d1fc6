use crate::{
    constants::{BPS_DENOMINATOR, MAX_PERIOD_SECS, MAX_PLATFORM_FEE_BPS},
    error::MilestoneError,
    state::EscrowTerms,
};

/// Checks that the terms let every state end. Errors: `InvalidPeriod`, `DisputeWindowAboveReview`,
/// `InvalidShareBps`, `InvalidFeeBps`.
pub fn validate_terms(terms: &EscrowTerms) -> Result<(), MilestoneError> {
    let may_not_be_zero = [
        terms.review_period_secs.get(),
        terms.dispute_window_secs.get(),
        terms.mediation_timeout_secs.get(),
        // A later milestone can be submitted from the second in which it becomes current. At zero it would be overdue in that
        // second.
        terms.delivery_grace_secs.get(),
    ];
    if may_not_be_zero.iter().any(|period| *period == 0 || *period > MAX_PERIOD_SECS)
        || terms.mediation_delay_secs.get() > MAX_PERIOD_SECS
    {
        return Err(MilestoneError::InvalidPeriod);
    }
    if terms.dispute_window_secs.get() > terms.review_period_secs.get() {
        return Err(MilestoneError::DisputeWindowAboveReview);
    }
    if terms.timeout_recipient_bps.get() as u64 > BPS_DENOMINATOR {
        return Err(MilestoneError::InvalidShareBps);
    }
    if terms.platform_fee_bps.get() > MAX_PLATFORM_FEE_BPS {
        return Err(MilestoneError::InvalidFeeBps);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u32 = 86_400;

    /// Usual terms with a change.
    fn terms(change: fn(&mut EscrowTerms)) -> EscrowTerms {
        let mut terms = EscrowTerms {
            review_period_secs: (7 * DAY).into(),
            dispute_window_secs: (5 * DAY).into(),
            mediation_delay_secs: (3 * DAY).into(),
            mediation_timeout_secs: (14 * DAY).into(),
            delivery_grace_secs: (7 * DAY).into(),
            timeout_recipient_bps: 5_000.into(),
            platform_fee_bps: 250.into(),
        };
        change(&mut terms);
        terms
    }

    #[test]
    fn given_each_edge_then_accepted() {
        for terms in [
            terms(|_| {}),
            terms(|t| {
                t.review_period_secs = 1.into();
                t.dispute_window_secs = 1.into();
            }),
            terms(|t| t.review_period_secs = MAX_PERIOD_SECS.into()),
            terms(|t| t.dispute_window_secs = 1.into()),
            terms(|t| t.dispute_window_secs = (7 * DAY).into()),
            terms(|t| t.mediation_delay_secs = 0.into()),
            terms(|t| t.mediation_delay_secs = MAX_PERIOD_SECS.into()),
            terms(|t| t.mediation_timeout_secs = 1.into()),
            terms(|t| t.mediation_timeout_secs = MAX_PERIOD_SECS.into()),
            terms(|t| t.delivery_grace_secs = 1.into()),
            terms(|t| t.delivery_grace_secs = MAX_PERIOD_SECS.into()),
            terms(|t| t.timeout_recipient_bps = 0.into()),
            terms(|t| t.timeout_recipient_bps = 10_000.into()),
            terms(|t| t.platform_fee_bps = 0.into()),
            terms(|t| t.platform_fee_bps = 1_000.into()),
        ] {
            assert_eq!(validate_terms(&terms), Ok(()));
        }
    }

    #[test]
    fn given_one_beyond_each_edge_then_the_exact_error() {
        use MilestoneError::*;
        for (terms, error) in [
            (terms(|t| t.review_period_secs = 0.into()), InvalidPeriod),
            (terms(|t| t.review_period_secs = (MAX_PERIOD_SECS + 1).into()), InvalidPeriod),
            (terms(|t| t.dispute_window_secs = 0.into()), InvalidPeriod),
            (terms(|t| t.mediation_delay_secs = (MAX_PERIOD_SECS + 1).into()), InvalidPeriod),
            (terms(|t| t.mediation_timeout_secs = 0.into()), InvalidPeriod),
            (terms(|t| t.mediation_timeout_secs = u32::MAX.into()), InvalidPeriod),
            (terms(|t| t.delivery_grace_secs = 0.into()), InvalidPeriod),
            (terms(|t| t.delivery_grace_secs = (MAX_PERIOD_SECS + 1).into()), InvalidPeriod),
            (terms(|t| t.dispute_window_secs = (7 * DAY + 1).into()), DisputeWindowAboveReview),
            (terms(|t| t.timeout_recipient_bps = 10_001.into()), InvalidShareBps),
            (terms(|t| t.platform_fee_bps = 1_001.into()), InvalidFeeBps),
        ] {
            assert_eq!(validate_terms(&terms), Err(error));
        }
    }
}
