use super::KeeperReward;
use crate::{
    constants::ESCROW_SEED,
    error::{refuse, MilestoneError},
    events::{emit_event, MilestoneFinalized},
    rules::{
        fees::keeper_reward,
        payout::{divide, Payout},
    },
    state::{Escrow, MilestoneState, PaymentGateway, PaymentPolicy, ProgramConfig},
    token::{Mint, Source, TokenAccount, Transfers},
};
use anchor_lang::{cpi::CpiSeed as Seed, pinocchio::account::AccountView, prelude::*};

/// The instruction that ended a held milestone, as `MilestoneFinalized` names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, IdlType)]
#[repr(u8)]
pub enum MilestoneEnding {
    Executed = 0,
    Approved = 1,
    Resolved = 2,
    Expired = 3,
    Settled = 4,
    Reclaimed = 5,
}

/// The payees of the fees on the recipient's share, and the accounts for them.
pub struct FeeSlots<'a> {
    pub gateway: &'a PaymentGateway,
    pub config: &'a ProgramConfig,
    pub gateway_account: Option<AccountView>,
    pub protocol_account: Option<AccountView>,
}

/// The accounts that the end of a held milestone touches. The views are plain copies beside the typed borrows.
pub struct Finalization<'a> {
    pub policy: &'a mut PaymentPolicy,
    pub escrow: &'a mut Escrow,
    pub owner: &'a Address,
    pub policy_view: AccountView,
    pub escrow_view: AccountView,
    pub mint: AccountView,
    pub vault: AccountView,
    pub token_program: AccountView,
    /// Required when the recipient receives something.
    pub recipient_account: Option<AccountView>,
    /// Required when the owner receives a refund.
    pub owner_account: Option<AccountView>,
    /// `None` where the recipient cannot receive anything.
    pub fees: Option<FeeSlots<'a>>,
    /// Receives the keeper's reward; `None` where there is none.
    pub keeper_account: Option<AccountView>,
}

/// The ending that the rules decided.
pub struct Ending<'a> {
    pub milestone_index: u8,
    pub ending: MilestoneEnding,
    pub state: MilestoneState,
    /// The recipient's share of the milestone's amount, before fees.
    pub recipient_amount: u64,
    pub actor: &'a Address,
    pub now: i64,
}

impl Finalization<'_> {
    /// Divides what the vault holds for the milestone, ends it and pays each party.
    ///
    /// Errors: `InvalidRecipientAmount`, `InvalidTokenProgram`, `InvalidMint`, `UnsupportedMint`,
    /// `InvalidRecipientTokenAccount`, `InvalidOwnerTokenAccount`, `InvalidGatewayFeeAccount`,
    /// `InvalidProtocolFeeAccount`, `InvalidKeeperTokenAccount`, `TokenAccountFrozen`.
    #[inline(never)]
    pub fn run(&mut self, ending: &Ending) -> Result<()> {
        let payout = divide(
            self.policy.milestone.amount_at(ending.milestone_index),
            ending.recipient_amount,
            self.policy.gateway_fee_bps.get(),
            self.policy.protocol_fee_bps.get(),
            self.escrow.terms.platform_fee_bps.get(),
        )
        .map_err(refuse)?;

        // Check
        let mint = Mint::load_shared(&self.mint, self.token_program.address())?;
        self.check_accounts(&payout)?;
        let reward = self.claimed_reward(payout.split.gateway_fee)?;

        // Effect
        self.policy.advance(ending.recipient_amount, ending.now)?;
        self.escrow.finalize(ending.milestone_index, ending.state, payout.refund, ending.now)?;

        // Interaction
        self.pay(&payout, reward.as_ref(), mint.decimals);

        emit_event!(MilestoneFinalized {
            escrow: *self.escrow_view.address(),
            policy: *self.policy_view.address(),
            actor: *ending.actor,
            milestone_index: ending.milestone_index,
            ending: ending.ending as u8,
            state: ending.state as u8,
            amount: ending.recipient_amount.into(),
            recipient_amount: payout.split.recipient.into(),
            gateway_fee: payout.split.gateway_fee.into(),
            protocol_fee: payout.split.protocol_fee.into(),
            platform_fee: payout.platform_fee.into(),
            refunded: payout.refund.into(),
            current_milestone: self.policy.milestone.current_milestone,
            status: self.policy.status,
            total_paid: self.policy.total_paid,
            ready_at: self.escrow.ready_at,
            finalized_at: ending.now.into(),
        });
        if let Some(reward) = reward {
            reward.log(self.policy_view.address(), ending.milestone_index, ending.actor);
        }
        Ok(())
    }

    /// Checks the keeper's reward, a share of the gateway's own fee; the platform fee adds nothing to it.
    fn claimed_reward(&self, gateway_fee: u64) -> Result<Option<KeeperReward>> {
        let (Some(account), Some(fees)) = (&self.keeper_account, &self.fees) else { return Ok(None) };
        let amount = keeper_reward(gateway_fee, fees.gateway.keeper_reward_bps.get());
        KeeperReward::claimed(account, amount, self.token_program.address(), self.mint.address())
    }

    /// Checks that each party that receives something has an account for it. None of them is the vault: the vault is declared
    /// mutable, and Anchor refuses to load it twice.
    fn check_accounts(&self, payout: &Payout) -> Result<()> {
        self.check_vault()?;
        if payout.split.recipient != 0 {
            let error = MilestoneError::InvalidRecipientTokenAccount;
            self.check_destination(&self.recipient_account, &self.policy.recipient, error)?;
        }
        if payout.refund != 0 {
            self.check_destination(&self.owner_account, self.owner, MilestoneError::InvalidOwnerTokenAccount)?;
        }
        let Some(fees) = &self.fees else { return Ok(()) };
        if gateway_total(payout) != 0 {
            let owners = [&fees.gateway.fee_recipient, &fees.gateway.authority];
            self.check_fee_account(&fees.gateway_account, owners, MilestoneError::InvalidGatewayFeeAccount)?;
        }
        if payout.split.protocol_fee != 0 {
            let owners = [&fees.config.fee_recipient, &fees.config.authority];
            self.check_fee_account(&fees.protocol_account, owners, MilestoneError::InvalidProtocolFeeAccount)?;
        }
        Ok(())
    }

    fn check_vault(&self) -> Result<()> {
        let (program, mint) = (self.token_program.address(), self.mint.address());
        let (vault, owner) = (&self.vault, self.escrow_view.address());
        TokenAccount::check_receiving(vault, program, owner, mint, MilestoneError::InvalidVault).map_err(refuse)
    }

    #[inline(never)]
    fn check_destination(&self, account: &Option<AccountView>, owner: &Address, error: MilestoneError) -> Result<()> {
        let account = account.as_ref().ok_or_else(|| refuse(error))?;
        let (program, mint) = (self.token_program.address(), self.mint.address());
        TokenAccount::check_receiving(account, program, owner, mint, error).map_err(refuse)
    }

    /// Checks a fee account: the fee recipient's or the authority's. A fee recipient that changes before every payment, or whose
    /// accounts cannot be used, must not block the payment to the recipient.
    #[inline(never)]
    fn check_fee_account(
        &self,
        account: &Option<AccountView>,
        [fee_recipient, authority]: [&Address; 2],
        error: MilestoneError,
    ) -> Result<()> {
        let account = account.as_ref().ok_or_else(|| refuse(error))?;
        let (program, mint) = (self.token_program.address(), self.mint.address());
        let check = |owner| TokenAccount::check_receiving(account, program, owner, mint, error);
        check(fee_recipient)
            .or_else(|first| match check(authority) {
                // Neither of the two owns it: report the error for the fee recipient.
                Err(second) if second == error => Err(first),
                second => second,
            })
            .map_err(refuse)
    }

    fn pay<'a>(&'a self, payout: &Payout, reward: Option<&'a KeeperReward>, decimals: u8) {
        let mut transfers = Transfers::from(Source {
            token_program: &self.token_program,
            account: &self.vault,
            mint: &self.mint,
            authority: &self.escrow_view,
            decimals,
        });
        let mut to = |account: Option<&'a AccountView>, amount: u64| {
            // `check_accounts` required the account wherever something is due.
            if let Some(account) = account {
                transfers.add_shared(account, amount);
            }
        };
        to(self.recipient_account.as_ref(), payout.split.recipient);
        to(self.owner_account.as_ref(), payout.refund);
        if let Some(fees) = &self.fees {
            let rewarded = reward.map_or(0, KeeperReward::amount);
            // Cannot wrap: a reward is at most the gateway's fee.
            to(fees.gateway_account.as_ref(), gateway_total(payout).wrapping_sub(rewarded));
            to(reward.map(KeeperReward::account), rewarded);
            to(fees.protocol_account.as_ref(), payout.split.protocol_fee);
        }
        transfers.send(&[
            Seed::from(ESCROW_SEED),
            Seed::from(self.policy_view.address().as_ref()),
            Seed::from(core::slice::from_ref(&self.escrow.bump)),
        ]);
    }
}

/// Returns what the gateway's fee recipient receives in one transfer, before a keeper's reward.
#[inline(always)]
fn gateway_total(payout: &Payout) -> u64 {
    // Cannot wrap: both are parts of what the milestone was funded with.
    payout.split.gateway_fee.wrapping_add(payout.platform_fee)
}

/// Returns an optional account's view as a copy.
#[inline(always)]
pub fn view_of<T: AnchorAccount>(account: &Option<T>) -> Option<AccountView> {
    account.as_ref().map(|account| *account.account())
}

/// Prints two enums that are plain bytes in accounts and events: the IDL build collects only types that they name.
#[cfg(all(test, feature = "idl-build"))]
mod idl {
    use super::{MilestoneEnding, MilestoneState};
    use anchor_lang::prelude::*;

    #[test]
    fn __anchor_private_print_idl_enums() {
        for definition in [MilestoneState::__idl_type_def(), MilestoneEnding::__idl_type_def()] {
            println!("--- IDL begin enum ---\n{}\n--- IDL end enum ---", definition.expect("derived"));
        }
    }
}
