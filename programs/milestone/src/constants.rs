//! Seeds and limits. The SDK repeats them in `sdk/src/constants.ts`.

use anchor_lang::prelude::Address;

/// Owner of programs that were deployed, or moved, under the upgradeable loader.
pub const UPGRADEABLE_LOADER: Address = anchor_lang::address!("BPFLoaderUpgradeab1e11111111111111111111111");

/// Seed of the one `ProgramConfig`.
pub const CONFIG_SEED: &[u8] = b"config";
/// Seed of a `PaymentGateway`, followed by its authority.
pub const GATEWAY_SEED: &[u8] = b"gateway";
/// Seed of a `UserPayment`, followed by owner and mint.
pub const USER_PAYMENT_SEED: &[u8] = b"user_payment";
/// Seed of a `PaymentPolicy`, followed by its `UserPayment` and the policy id (u32 LE).
pub const PAYMENT_POLICY_SEED: &[u8] = b"payment_policy";
/// Seed of an `Escrow`, followed by its policy.
pub const ESCROW_SEED: &[u8] = b"escrow";

/// Maximum number of milestones per policy.
pub const MAX_MILESTONES: usize = 4;
/// Basis points in 100%.
pub const BPS_DENOMINATOR: u64 = 10_000;
/// Cap of the protocol's fee: 5%.
pub const MAX_PROTOCOL_FEE_BPS: u16 = 500;
/// Cap of a gateway's fee: 10%.
pub const MAX_GATEWAY_FEE_BPS: u16 = 1_000;
/// Cap of the fee a platform charges the owner on top of a held milestone: 10%.
pub const MAX_PLATFORM_FEE_BPS: u16 = 1_000;
/// Cap of every period of an escrow: 365 days.
pub const MAX_PERIOD_SECS: u32 = 31_536_000;
/// Maximum distance of a `UserPayment`'s first policy id below the current slot. It is longer than a blockhash lives (150
/// slots), so that one transaction can create the account and name its first policy. (decision 0001)
pub const FIRST_POLICY_ID_WINDOW: u64 = 1_024;
/// 2200-01-01T00:00:00Z. A later due date is refused: it is probably in milliseconds.
pub const MAX_TIMESTAMP: i64 = 7_258_118_400;
