//! One instruction a file: accounts, then a handler that checks, changes state, calls the token program, logs.

pub mod accept_authority;
pub mod change_payment_policy_status;
pub mod close_gateway;
pub mod close_user_payment;
pub mod create_gateway;
pub mod create_milestone_policy;
pub mod create_user_payment;
pub mod delete_payment_policy;
pub mod execute_payment;
pub mod initialize_config;
pub mod sync_delegation;
pub mod update_config;
pub mod update_gateway;

mod release_signer;

// The derive macros generate items beside each `Accounts` struct that `#[program]` looks up, hence the globs; the
// handlers are called by their module's name.
#[allow(ambiguous_glob_reexports)]
pub use {
    accept_authority::*, change_payment_policy_status::*, close_gateway::*, close_user_payment::*, create_gateway::*,
    create_milestone_policy::*, create_user_payment::*, delete_payment_policy::*, execute_payment::*,
    initialize_config::*, release_signer::ReleaseSigner, sync_delegation::*, update_config::*, update_gateway::*,
};
