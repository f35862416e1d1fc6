use super::fees::{fee, split, Split};
use crate::error::MilestoneError;

/// The division of one held milestone's funding. The sum of all five amounts always equals the funding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The recipient's share, with the fees on it.
    pub split: Split,
    /// The platform fee on the recipient's share, paid to the gateway's fee recipient.
    pub platform_fee: u64,
    /// Returned to the owner: the rest of the amount and of the platform fee.
    pub refund: u64,
}

/// Returns what the owner pays for a milestone of `amount`, with the platform fee on top. Errors: `AmountOverflow`.
pub fn funding_of(amount: u64, platform_fee_bps: u16) -> Result<u64, MilestoneError> {
    amount.checked_add(fee(amount, platform_fee_bps)).ok_or(MilestoneError::AmountOverflow)
}

/// Divides a milestone of `amount` of which `recipient_amount` goes to the recipient, before fees. Fees are taken from the
/// recipient's share alone, and the platform fee in proportion to it; each is rounded down. Errors: `InvalidRecipientAmount`.
#[inline]
pub fn divide(
    amount: u64,
    recipient_amount: u64,
    gateway_fee_bps: u16,
    protocol_fee_bps: u16,
    platform_fee_bps: u16,
) -> Result<Payout, MilestoneError> {
    let Some(rest) = amount.checked_sub(recipient_amount) else {
        return Err(MilestoneError::InvalidRecipientAmount);
    };
    let platform_fee = fee(recipient_amount, platform_fee_bps);
    // Cannot wrap: `fee` grows with the amount, and `funding_of(amount)` fits, checked at opening.
    let refund = rest.wrapping_add(fee(amount, platform_fee_bps).wrapping_sub(platform_fee));
    Ok(Payout { split: split(recipient_amount, gateway_fee_bps, protocol_fee_bps), platform_fee, refund })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_a_renovation_split_60_40_then_fees_on_the_recipients_part_alone() {
        // 10,000 with 2.5% on top, 1% gateway and 0.5% protocol.
        assert_eq!(funding_of(10_000, 250), Ok(10_250));
        let payout = divide(10_000, 6_000, 100, 50, 250).unwrap();
        assert_eq!(payout.split, Split { recipient: 5_910, gateway_fee: 60, protocol_fee: 30 });
        assert_eq!((payout.platform_fee, payout.refund), (150, 4_100));
    }

    #[test]
    fn given_all_or_nothing_then_one_side_gets_it() {
        let all = divide(9_999, 9_999, 1_000, 500, 1_000).unwrap();
        assert_eq!((all.platform_fee, all.refund), (999, 0));
        let nothing = divide(9_999, 0, 1_000, 500, 1_000).unwrap();
        assert_eq!(nothing.split, Split { recipient: 0, gateway_fee: 0, protocol_fee: 0 });
        assert_eq!((nothing.platform_fee, nothing.refund), (0, 10_998));
        assert_eq!(divide(9_999, 10_000, 0, 0, 0), Err(MilestoneError::InvalidRecipientAmount));
        assert_eq!(funding_of(u64::MAX, 1), Err(MilestoneError::AmountOverflow));
        assert_eq!(funding_of(u64::MAX, 0), Ok(u64::MAX));
    }

    #[test]
    fn given_random_amounts_then_every_unit_goes_somewhere() {
        let seed = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(0x4d69_6c65u64);
        println!("seed {seed}");
        let mut state: u64 = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state ^ (state >> 29)
        };
        let mut tried = 0;
        for _ in 0..200_000 {
            let amount = next() >> (next() % 64);
            let bps = [(next() % 1_001) as u16, (next() % 501) as u16, (next() % 1_001) as u16];
            let Ok(funded) = funding_of(amount, bps[2]) else { continue };
            let recipient_amount = if amount == u64::MAX { next() } else { next() % (amount + 1) };
            let p = divide(amount, recipient_amount, bps[0], bps[1], bps[2]).unwrap();
            let sum = [p.split.recipient, p.split.gateway_fee, p.split.protocol_fee, p.platform_fee, p.refund]
                .iter()
                .map(|part| *part as u128)
                .sum::<u128>();
            assert_eq!(sum, funded as u128, "seed {seed} amount {amount} of which {recipient_amount}, bps {bps:?}");
            assert!(p.refund >= amount - recipient_amount, "fees never touch a refund");
            tried += 1;
        }
        assert!(tried > 100_000);
    }
}
