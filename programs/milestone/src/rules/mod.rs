//! The rules of money and time as pure functions: no accounts, no syscalls, tested on the host.

pub mod allowance;
pub mod escrow_terms;
pub mod escrow_timing;
pub mod fees;
pub mod payout;
pub mod policy_ids;
pub mod release_condition;
pub mod schedule;
pub mod transitions;
