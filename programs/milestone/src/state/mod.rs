//! Account layouts. Each mirrors its table in `docs/accounts.md`; sizes are asserted at compile time.

mod escrow;
mod escrow_terms;
mod milestone;
mod payment_gateway;
mod payment_policy;
mod program_config;
mod user_payment;

pub use {
    escrow::*, escrow_terms::*, milestone::*, payment_gateway::*, payment_policy::*, program_config::*, user_payment::*,
};
