//! The rules of money and time as pure functions: no accounts, no syscalls, tested on the host.

pub mod allowance;
pub mod fees;
pub mod policy_ids;
pub mod release;
pub mod schedule;
