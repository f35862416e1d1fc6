//! Reads clock and rent with their own syscalls: Agave 1.18, which bankrun runs, lacks `sol_get_sysvar`.

use crate::error::{refuse, MilestoneError};
use anchor_lang::prelude::*;

/// Bytes an account pays rent for beyond its data. (Solana docs, "Rent")
const ACCOUNT_STORAGE_OVERHEAD: u64 = 128;

/// Layout of the clock sysvar as the runtime writes it.
#[repr(C)]
pub struct ChainClock {
    pub slot: u64,
    pub epoch_start_timestamp: i64,
    pub epoch: u64,
    pub leader_schedule_epoch: u64,
    /// Unix seconds.
    pub unix_timestamp: i64,
}

/// Layout of the rent sysvar as the runtime writes it.
#[repr(C)]
struct ChainRent {
    lamports_per_byte: u64,
    /// An `f64`: 2.0 (years) before SIMD-0194, 1.0 after.
    exemption_threshold: [u8; 8],
    burn_percent: u8,
    _padding: [u8; 7],
}

/// Reads the chain's clock.
#[inline(always)]
pub fn clock() -> Result<ChainClock> {
    let mut clock = core::mem::MaybeUninit::<ChainClock>::uninit();
    #[cfg(target_os = "solana")]
    #[allow(deprecated)]
    // SAFETY: the syscall writes exactly the five fields of `ChainClock`, whose layout is the runtime's.
    let status = unsafe { solana_define_syscall::definitions::sol_get_clock_sysvar(clock.as_mut_ptr() as *mut u8) };
    #[cfg(not(target_os = "solana"))]
    let status = {
        core::hint::black_box(clock.as_mut_ptr());
        1 // no chain on the host
    };
    if status != 0 {
        return Err(ProgramError::UnsupportedSysvar);
    }
    // SAFETY: the syscall succeeded, so it wrote all fields; every bit pattern is a valid `ChainClock`.
    Ok(unsafe { clock.assume_init() })
}

/// Returns the chain's time in Unix seconds. Out of line, for all but the two instructions that are called most.
#[inline(never)]
pub fn now() -> Result<i64> {
    Ok(clock()?.unix_timestamp)
}

/// Returns the lamports that make an account of `space` bytes rent exempt. Errors: `UnsupportedRent`.
pub fn rent_exempt_lamports(space: u64) -> Result<u64> {
    let mut rent = core::mem::MaybeUninit::<ChainRent>::zeroed();
    #[cfg(target_os = "solana")]
    #[allow(deprecated)]
    // SAFETY: the syscall writes a `Rent`, whose layout `ChainRent` mirrors, padding included.
    let status = unsafe { solana_define_syscall::definitions::sol_get_rent_sysvar(rent.as_mut_ptr() as *mut u8) };
    #[cfg(not(target_os = "solana"))]
    let status = {
        core::hint::black_box(rent.as_mut_ptr());
        1 // no chain on the host
    };
    if status != 0 {
        return Err(ProgramError::UnsupportedSysvar);
    }
    // SAFETY: zeroed, then filled; every bit pattern is a valid `ChainRent`.
    let rent = unsafe { rent.assume_init() };
    minimum_balance(rent.lamports_per_byte, rent.exemption_threshold, space)
}

/// Computes rent without floating point: the threshold has had two values in Solana's history.
fn minimum_balance(lamports_per_byte: u64, exemption_threshold: [u8; 8], space: u64) -> Result<u64> {
    let years = match exemption_threshold {
        t if t == 2f64.to_le_bytes() => 2,
        t if t == 1f64.to_le_bytes() => 1,
        _ => return Err(refuse(MilestoneError::UnsupportedRent)),
    };
    if lamports_per_byte > u32::MAX as u64 || space > 10_240 {
        return Err(refuse(MilestoneError::UnsupportedRent));
    }
    // Cannot wrap: below 2^32 * 2^14 * 2.
    Ok(lamports_per_byte.wrapping_mul(space.wrapping_add(ACCOUNT_STORAGE_OVERHEAD)).wrapping_mul(years))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_both_rent_formulas_then_the_same_lamports() {
        assert_eq!(minimum_balance(3_480, 2f64.to_le_bytes(), 384), Ok(3_563_520));
        assert_eq!(minimum_balance(6_960, 1f64.to_le_bytes(), 384), Ok(3_563_520));
        assert_eq!(minimum_balance(3_480, 2f64.to_le_bytes(), 0), Ok(890_880));
    }

    #[test]
    fn given_an_unknown_rent_then_refused() {
        let unsupported = Err(MilestoneError::UnsupportedRent.into());
        assert_eq!(minimum_balance(3_480, 3f64.to_le_bytes(), 384), unsupported);
        assert_eq!(minimum_balance(u64::MAX, 2f64.to_le_bytes(), 384), unsupported);
    }
}
