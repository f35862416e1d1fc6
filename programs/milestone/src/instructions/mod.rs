//! One instruction per file: its accounts, then a handler that checks, changes state, calls the token program and logs.

pub mod accept_authority;
pub mod accept_escrow;
pub mod approve_milestone;
pub mod change_payment_policy_status;
pub mod close_escrow;
pub mod close_gateway;
pub mod close_user_payment;
pub mod create_gateway;
pub mod create_milestone_policy;
pub mod create_user_payment;
pub mod delete_payment_policy;
pub mod dispute_milestone;
pub mod execute_payment;
pub mod expire_mediation;
pub mod fund_milestones;
pub mod initialize_config;
pub mod open_escrow;
pub mod reclaim_milestone;
pub mod request_mediation;
pub mod resolve_dispute;
pub mod set_keeper_reward;
pub mod settle_milestone;
pub mod submit_milestone;
pub mod sync_delegation;
pub mod update_config;
pub mod update_gateway;
pub mod withdraw_dispute;

mod ending_accounts;
mod escrow_parties;
mod finalize_milestone;
mod keeper_reward;
mod loaded;
mod lower_allowance;
mod release_signer;

use ending_accounts::ending_views;

// The derive macros generate items beside each `Accounts` struct that `#[program]` looks up, hence the globs; the
// handlers are called by their module's name.
#[allow(ambiguous_glob_reexports)]
pub use {
    accept_authority::*,
    approve_milestone::*,
    change_payment_policy_status::*,
    close_escrow::*,
    close_gateway::*,
    close_user_payment::*,
    create_gateway::*,
    create_milestone_policy::*,
    create_user_payment::*,
    delete_payment_policy::*,
    ending_accounts::{Destinations, EndingAccounts, EndingViews, Slot},
    escrow_parties::*,
    execute_payment::*,
    expire_mediation::*,
    finalize_milestone::{view_of, Ending, FeeSlots, Finalization, MilestoneEnding},
    fund_milestones::*,
    initialize_config::*,
    keeper_reward::{keeper_account, KeeperReward},
    loaded::{same, Inlined, Loaded},
    lower_allowance::lower_allowance,
    open_escrow::*,
    reclaim_milestone::*,
    release_signer::ReleaseSigner,
    request_mediation::*,
    resolve_dispute::*,
    settle_milestone::*,
    sync_delegation::*,
    update_config::*,
    update_gateway::*,
};
