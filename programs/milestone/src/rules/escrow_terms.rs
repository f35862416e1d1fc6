use crate::{
    constants::{BPS_DENOMINATOR, MAX_PERIOD_SECS, MAX_PLATFORM_FEE_BPS},
    error::MilestoneError,
};

/// What both parties sign: the owner at opening, the recipient at `accept_escrow`. Periods are seconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EscrowTerms {
    /// 1 s ..= 365 days: silence after which a submission counts as approved.
    pub review_period_secs: u32,
    /// 1 s ..= the review period: how long after a submission the owner may dispute.
    pub dispute_window_secs: u32,
    /// Up to 365 days: from a dispute to mediation by itself.
    pub mediation_delay_secs: u32,
    /// 1 s ..= 365 days: from the start of mediation until anyone may crank the agreed split.
    pub mediation_timeout_secs: u32,
    /// 1 s ..= 365 days: from the due date until the owner may reclaim what was not submitted.
    pub delivery_grace_secs: u32,
    /// 0..=10,000: the recipient's share when the mediation times out.
    pub timeout_recipient_bps: u16,
    /// 0..=1,000: what the owner pays the gateway on top of each milestone.
    pub platform_fee_bps: u16,
}

/// Whether the terms leave no state without an end. Errors: `InvalidPeriod`, `DisputeWindowAboveReview`,
/// `InvalidShareBps`, `InvalidFeeBps`.
pub fn validate_terms(terms: &EscrowTerms) -> Result<(), MilestoneError> {
    let may_not_be_zero = [
        terms.review_period_secs,
        terms.dispute_window_secs,
        terms.mediation_timeout_secs,
        // A later milestone can be submitted from the second in which its turn comes; at zero it is overdue in that second.
        terms.delivery_grace_secs,
    ];
    if may_not_be_zero.iter().any(|period| *period == 0 || *period > MAX_PERIOD_SECS)
        || terms.mediation_delay_secs > MAX_PERIOD_SECS
    {
        return Err(MilestoneError::InvalidPeriod);
    }
    if terms.dispute_window_secs > terms.review_period_secs {
        return Err(MilestoneError::DisputeWindowAboveReview);
    }
    if terms.timeout_recipient_bps as u64 > BPS_DENOMINATOR {
        return Err(MilestoneError::InvalidShareBps);
    }
    if terms.platform_fee_bps > MAX_PLATFORM_FEE_BPS {
        return Err(MilestoneError::InvalidFeeBps);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u32 = 86_400;
    const DEFAULTS: EscrowTerms = EscrowTerms {
        review_period_secs: 7 * DAY,
        dispute_window_secs: 5 * DAY,
        mediation_delay_secs: 3 * DAY,
        mediation_timeout_secs: 14 * DAY,
        delivery_grace_secs: 7 * DAY,
        timeout_recipient_bps: 5_000,
        platform_fee_bps: 250,
    };

    #[test]
    fn given_each_edge_then_accepted() {
        let year = MAX_PERIOD_SECS;
        for terms in [
            DEFAULTS,
            EscrowTerms { dispute_window_secs: 1, ..DEFAULTS },
            EscrowTerms { dispute_window_secs: 7 * DAY, ..DEFAULTS },
            EscrowTerms { review_period_secs: 1, dispute_window_secs: 1, mediation_timeout_secs: 1, ..DEFAULTS },
            EscrowTerms { mediation_delay_secs: 0, delivery_grace_secs: 1, platform_fee_bps: 0, ..DEFAULTS },
            EscrowTerms { review_period_secs: year, mediation_delay_secs: year, ..DEFAULTS },
            EscrowTerms { mediation_timeout_secs: year, delivery_grace_secs: year, ..DEFAULTS },
            EscrowTerms { timeout_recipient_bps: 0, platform_fee_bps: 1_000, ..DEFAULTS },
            EscrowTerms { timeout_recipient_bps: 10_000, ..DEFAULTS },
        ] {
            assert_eq!(validate_terms(&terms), Ok(()));
        }
    }

    #[test]
    fn given_one_beyond_each_edge_then_the_exact_error() {
        use MilestoneError::*;
        let above = MAX_PERIOD_SECS + 1;
        for (terms, error) in [
            (EscrowTerms { review_period_secs: 0, ..DEFAULTS }, InvalidPeriod),
            (EscrowTerms { review_period_secs: above, ..DEFAULTS }, InvalidPeriod),
            (EscrowTerms { dispute_window_secs: 0, ..DEFAULTS }, InvalidPeriod),
            (EscrowTerms { mediation_delay_secs: above, ..DEFAULTS }, InvalidPeriod),
            (EscrowTerms { mediation_timeout_secs: 0, ..DEFAULTS }, InvalidPeriod),
            (EscrowTerms { mediation_timeout_secs: u32::MAX, ..DEFAULTS }, InvalidPeriod),
            (EscrowTerms { delivery_grace_secs: 0, ..DEFAULTS }, InvalidPeriod),
            (EscrowTerms { delivery_grace_secs: above, ..DEFAULTS }, InvalidPeriod),
            (EscrowTerms { dispute_window_secs: 7 * DAY + 1, ..DEFAULTS }, DisputeWindowAboveReview),
            (EscrowTerms { timeout_recipient_bps: 10_001, ..DEFAULTS }, InvalidShareBps),
            (EscrowTerms { platform_fee_bps: 1_001, ..DEFAULTS }, InvalidFeeBps),
        ] {
            assert_eq!(validate_terms(&terms), Err(error));
        }
    }
}
