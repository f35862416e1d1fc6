use crate::constants::BPS_DENOMINATOR;

/// The division of one milestone's amount. `recipient + gateway_fee + protocol_fee` always equals the gross amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    pub recipient: u64,
    pub gateway_fee: u64,
    pub protocol_fee: u64,
}

/// Returns the floor of `amount * bps / 10_000` for `bps <= 10_000`. Uses no 128-bit arithmetic, which does not link for sBPF.
///
/// With `amount = 10_000 q + r`: `amount * bps / 10_000 = q * bps + r * bps / 10_000`. The first term is at most
/// `amount`, the second below `10_000 * 10_000`, so neither product wraps.
#[inline(always)]
pub const fn fee(amount: u64, bps: u16) -> u64 {
    let bps = bps as u64;
    // Cannot wrap for bps <= 10_000 (see above); `wrapping_*` because checked multiplication does not link.
    (amount / BPS_DENOMINATOR)
        .wrapping_mul(bps)
        .wrapping_add((amount % BPS_DENOMINATOR).wrapping_mul(bps) / BPS_DENOMINATOR)
}

/// Splits a milestone's amount. The caps (500 and 1,000 bps) keep both fees together at 15% or less.
#[inline(always)]
pub const fn split(amount: u64, gateway_fee_bps: u16, protocol_fee_bps: u16) -> Split {
    let gateway_fee = fee(amount, gateway_fee_bps);
    let protocol_fee = fee(amount, protocol_fee_bps);
    // Cannot wrap: the caps keep the fees' sum at 15% of the amount.
    let recipient = amount.wrapping_sub(gateway_fee).wrapping_sub(protocol_fee);
    Split { recipient, gateway_fee, protocol_fee }
}

/// Returns the part of a gateway's fee that it pays to the executor, rounded down; the gateway keeps the rest. At most
/// `gateway_fee` for `keeper_reward_bps <= 10_000`, which `set_keeper_reward` ensures.
#[inline(always)]
pub const fn keeper_reward(gateway_fee: u64, keeper_reward_bps: u16) -> u64 {
    fee(gateway_fee, keeper_reward_bps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::{MAX_GATEWAY_FEE_BPS, MAX_PROTOCOL_FEE_BPS};

    fn exact(amount: u64, bps: u16) -> u64 {
        (amount as u128 * bps as u128 / 10_000) as u64
    }

    const EDGES: [u64; 16] = [
        0,
        1,
        9,
        10,
        19,
        20,
        9_999,
        10_000,
        10_001,
        19_999,
        u32::MAX as u64,
        u64::MAX / 10_000,
        u64::MAX / 10_000 + 1,
        u64::MAX / 2,
        u64::MAX - 1,
        u64::MAX,
    ];

    #[test]
    fn given_edge_amounts_when_every_bps_then_equals_u128() {
        for amount in EDGES {
            for bps in 0..=10_000u16 {
                assert_eq!(fee(amount, bps), exact(amount, bps), "amount {amount} bps {bps}");
            }
        }
    }

    #[test]
    fn given_any_gateway_fee_when_every_share_then_keeper_and_gateway_parts_are_exact_and_sum_to_it() {
        for gateway_fee in EDGES {
            for bps in 0..=10_000u16 {
                let reward = keeper_reward(gateway_fee, bps);
                assert_eq!(reward, exact(gateway_fee, bps), "fee {gateway_fee} bps {bps}");
                let kept = gateway_fee.checked_sub(reward).expect("a reward is never above the fee");
                assert_eq!(kept as u128 + reward as u128, gateway_fee as u128, "fee {gateway_fee} bps {bps}");
            }
            assert_eq!(keeper_reward(gateway_fee, 0), 0, "no share, no reward");
            assert_eq!(keeper_reward(gateway_fee, 10_000), gateway_fee, "the whole share is the whole fee");
        }
    }

    #[test]
    fn given_small_fees_then_the_reward_is_floored() {
        assert_eq!(keeper_reward(1, 9_999), 0);
        assert_eq!(keeper_reward(9_999, 1), 0);
        assert_eq!(keeper_reward(10_000, 1), 1);
        assert_eq!(keeper_reward(3, 5_000), 1);
    }

    #[test]
    fn given_random_amounts_when_split_then_equals_u128_and_sums_to_gross() {
        // splitmix64, seed printed by the assertion messages.
        let seed = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(0x4d69_6c65u64);
        println!("seed {seed}");
        let mut state: u64 = seed;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        for _ in 0..200_000 {
            let amount = next() >> (next() % 64);
            let gateway = (next() % (MAX_GATEWAY_FEE_BPS as u64 + 1)) as u16;
            let protocol = (next() % (MAX_PROTOCOL_FEE_BPS as u64 + 1)) as u16;
            let s = split(amount, gateway, protocol);
            assert_eq!(s.gateway_fee, exact(amount, gateway), "seed {seed} amount {amount} bps {gateway}");
            assert_eq!(s.protocol_fee, exact(amount, protocol), "seed {seed} amount {amount} bps {protocol}");
            let sum = s.recipient as u128 + s.gateway_fee as u128 + s.protocol_fee as u128;
            assert_eq!(sum, amount as u128, "seed {seed} amount {amount}");
            assert!(s.recipient as u128 * 100 >= amount as u128 * 85, "at least 85% arrives");
        }
    }
}
