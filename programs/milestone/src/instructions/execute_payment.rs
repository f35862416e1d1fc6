use super::{
    keeper_account, pay_one, view_of, Ending, FeeSlots, Finalization, KeeperReward, Loaded, MilestoneEnding,
    ReleaseSigner,
};
use crate::{
    constants::USER_PAYMENT_SEED,
    error::{refuse, MilestoneError},
    events::{emit_event, PaymentExecuted},
    rules::{
        escrow_timing::decide_held_release,
        fees::{keeper_reward, split, Split},
        release::{decide_release, ReleaseRequest},
    },
    state::{Escrow, PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment},
    sysvars,
    token::{Mint, TokenAccount, Transfer},
};
use anchor_lang::{address_eq, cpi::CpiSeed as Seed, pinocchio::account::AccountView, prelude::*};

#[derive(Accounts)]
pub struct ExecutePayment {
    /// Whom the release condition requires; anyone when it requires nobody.
    pub executor: ReleaseSigner,
    pub config: Account<ProgramConfig>,
    pub gateway: Account<PaymentGateway>,
    #[account(mut)]
    pub user_payment: Account<UserPayment>,
    #[account(
        mut,
        constraint = address_eq(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
        constraint = address_eq(&policy.gateway, gateway.address()) @ MilestoneError::InvalidGateway,
    )]
    pub policy: Account<PaymentPolicy>,
    /// The mint of `user_payment`.
    #[account(constraint = address_eq(mint.address(), &user_payment.mint) @ MilestoneError::InvalidMint)]
    pub mint: UncheckedAccount,
    /// The owner's token account that `user_payment` names; for a held policy, the escrow's vault.
    #[account(mut)]
    pub token_account: UncheckedAccount,
    /// A token account of the mint, owned by the recipient. May also be a fee account: nothing here holds its data.
    #[account(unsafe(dup))]
    pub recipient_token_account: UncheckedAccount,
    /// Needed when the gateway's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub gateway_fee_account: Option<UncheckedAccount>,
    /// Needed when the protocol's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub protocol_fee_account: Option<UncheckedAccount>,
    /// SPL Token or Token-2022, whichever owns the mint.
    pub token_program: UncheckedAccount,
    // Behind these may follow a held policy's `Escrow` and the token account that claims the keeper's reward.
}

pub fn handler(ctx: &mut Context<ExecutePayment>, milestone_index: u8) -> Result<()> {
    if !ctx.accounts.policy.is_delegated() {
        return release_held(ctx, milestone_index);
    }
    let accounts = &mut ctx.accounts;
    if !address_eq(accounts.token_account.address(), &accounts.user_payment.token_account) {
        return Err(refuse(MilestoneError::InvalidTokenAccount));
    }
    let now = sysvars::clock()?.unix_timestamp;

    // Check
    let amount = decide_release(&accounts.policy.milestone, &accounts.request(milestone_index, now))?;
    let fees = split(amount, accounts.policy.gateway_fee_bps.get(), accounts.policy.protocol_fee_bps.get());
    let mint = Mint::load(&accounts.mint, accounts.token_program.address())?;
    accounts.check_token_accounts(amount, &fees)?;
    let reward = match (fees.gateway_fee, accounts.gateway.keeper_reward_bps.get()) {
        (0, _) | (_, 0) => None,
        _ => claimed_reward(ctx, fees.gateway_fee)?,
    };
    let accounts = &mut ctx.accounts;

    // Effect
    accounts.policy.advance(amount, now)?;
    accounts.user_payment.release(amount, now)?;

    // Interaction
    accounts.transfer(&mint, &fees, reward.as_ref());

    emit_event(PaymentExecuted {
        policy: *accounts.policy.address(),
        executor: *accounts.executor.address(),
        milestone_index,
        amount: amount.into(),
        recipient_amount: fees.recipient.into(),
        gateway_fee: fees.gateway_fee.into(),
        protocol_fee: fees.protocol_fee.into(),
        current_milestone: accounts.policy.milestone.current_milestone,
        status: accounts.policy.status,
        total_paid: accounts.policy.total_paid,
        committed: accounts.user_payment.committed,
        executed_at: now.into(),
    });
    if let Some(reward) = reward {
        reward.log(accounts.policy.address(), milestone_index, accounts.executor.address());
    }
    Ok(())
}

/// Looks behind the declared accounts, which a release without a reward has no need to.
#[inline(never)]
fn claimed_reward(ctx: &mut Context<ExecutePayment>, gateway_fee: u64) -> Result<Option<KeeperReward>> {
    let amount = keeper_reward(gateway_fee, ctx.accounts.gateway.keeper_reward_bps.get());
    if amount == 0 {
        return Ok(None);
    }
    let trailing = ctx.remaining_accounts()?;
    let Some(account) = keeper_account(&trailing) else { return Ok(None) };
    let accounts = &ctx.accounts;
    KeeperReward::claimed(account, amount, accounts.token_program.address(), accounts.mint.address())
}

/// The same for a policy whose money is held: paid from the vault to the recipient, by the bitmap or after the silent
/// review period. The `Escrow` follows the declared accounts, so that the eleven of a delegated policy stay as they are; the
/// keeper's token account follows the escrow.
#[inline(never)]
fn release_held(ctx: &mut Context<ExecutePayment>, milestone_index: u8) -> Result<()> {
    let trailing = ctx.remaining_accounts()?;
    let accounts = &mut ctx.accounts;
    accounts.policy.check_held()?;
    let is_given = |view: &AccountView| !address_eq(view.address(), &crate::ID);
    let escrow_view =
        trailing.first().copied().filter(is_given).ok_or_else(|| refuse(MilestoneError::InvalidEscrow))?;
    // SAFETY: the one typed view of this account: `remaining_accounts` refuses one that a mutable slot has too, and no
    // read-only slot holds an `Escrow`.
    let mut escrow = unsafe { Loaded::<Escrow>::load_mut(escrow_view)? };
    if !address_eq(&escrow.policy, accounts.policy.address()) {
        return Err(refuse(MilestoneError::InvalidEscrow));
    }
    if !address_eq(accounts.token_account.address(), &escrow.vault) {
        return Err(refuse(MilestoneError::InvalidVault));
    }
    let now = sysvars::clock()?.unix_timestamp;
    let milestone = &accounts.policy.milestone;
    let state = decide_held_release(milestone, &escrow, &accounts.request(milestone_index, now)).map_err(refuse)?;
    let amount = milestone.amount_at(milestone_index);
    let actor = *accounts.executor.address();
    Finalization {
        policy_view: *accounts.policy.view(),
        escrow_view,
        policy: &mut accounts.policy,
        escrow: &mut escrow,
        owner: &accounts.user_payment.owner,
        mint: *accounts.mint.account(),
        vault: *accounts.token_account.account(),
        token_program: *accounts.token_program.account(),
        recipient_account: Some(*accounts.recipient_token_account.account()),
        owner_account: None,
        fees: Some(FeeSlots {
            gateway: &accounts.gateway,
            config: &accounts.config,
            gateway_account: view_of(&accounts.gateway_fee_account),
            protocol_account: view_of(&accounts.protocol_fee_account),
        }),
        keeper_account: keeper_account(&trailing).copied(),
    }
    .run(&Ending {
        milestone_index,
        ending: MilestoneEnding::Executed,
        state,
        recipient_amount: amount,
        actor: &actor,
        now,
    })
}

impl ExecutePayment {
    #[inline(always)]
    fn request(&self, milestone_index: u8, now: i64) -> ReleaseRequest<'_> {
        ReleaseRequest {
            milestone_index,
            is_active: self.policy.is_active(),
            is_program_paused: self.config.is_paused != 0,
            now,
            executor: self.executor.address(),
            gateway_signer: &self.gateway.signer,
            owner: &self.user_payment.owner,
            recipient: &self.policy.recipient,
        }
    }

    /// Whether the owner's account can pay `amount` and each destination belongs to whom it must.
    #[inline(always)]
    fn check_token_accounts(&self, amount: u64, fees: &Split) -> Result<()> {
        let token_program = self.token_program.address();
        let user_payment = &self.user_payment;
        self.check_destination(
            &self.recipient_token_account,
            &self.policy.recipient,
            MilestoneError::InvalidRecipientTokenAccount,
        )?;
        let source =
            TokenAccount::load_of(&self.token_account, token_program, &user_payment.owner, self.mint.address())
                .ok_or_else(|| refuse(MilestoneError::InvalidTokenAccount))?;
        if source.is_frozen() {
            return Err(refuse(MilestoneError::TokenAccountFrozen));
        }
        let delegate = source.delegate().ok_or_else(|| refuse(MilestoneError::DelegationRevoked))?;
        if !address_eq(delegate, user_payment.address()) {
            return Err(refuse(MilestoneError::DelegationReplaced));
        }
        if source.delegated_amount() < amount {
            return Err(refuse(MilestoneError::InsufficientDelegation));
        }
        if source.amount() < amount {
            return Err(refuse(MilestoneError::InsufficientFunds));
        }
        if fees.gateway_fee != 0 {
            let error = MilestoneError::InvalidGatewayFeeAccount;
            let account = self.gateway_fee_account.as_ref().ok_or_else(|| refuse(error))?;
            self.check_destination(account, &self.gateway.fee_recipient, error)?;
        }
        if fees.protocol_fee != 0 {
            let error = MilestoneError::InvalidProtocolFeeAccount;
            let account = self.protocol_fee_account.as_ref().ok_or_else(|| refuse(error))?;
            self.check_destination(account, &self.config.fee_recipient, error)?;
        }
        Ok(())
    }

    /// `account` is a token account of the mint, of `owner`, and not frozen. It is not the one that pays either: that one is
    /// declared mutable, and Anchor refuses to load it twice.
    #[inline(always)]
    fn check_destination(&self, account: &AccountView, owner: &Address, error: MilestoneError) -> Result<()> {
        let destination = TokenAccount::load_of(account, self.token_program.address(), owner, self.mint.address())
            .ok_or_else(|| refuse(error))?;
        if destination.is_frozen() {
            return Err(refuse(MilestoneError::TokenAccountFrozen));
        }
        Ok(())
    }

    #[inline(always)]
    fn transfer(&self, mint: &Mint, fees: &Split, reward: Option<&KeeperReward>) {
        let user_payment = &self.user_payment;
        let transfer = Transfer {
            token_program: self.token_program.address(),
            source: &self.token_account,
            mint: &self.mint,
            authority: user_payment.view(),
            signer_seeds: &[
                Seed::from(USER_PAYMENT_SEED),
                Seed::from(user_payment.owner.as_ref()),
                Seed::from(user_payment.mint.as_ref()),
                Seed::from(core::slice::from_ref(&user_payment.bump)),
            ],
            decimals: mint.decimals,
        };
        transfer.to(&self.recipient_token_account, fees.recipient);
        // `check_token_accounts` demanded the account wherever a fee is due.
        // Cannot wrap: a reward is at most the gateway's fee.
        let kept = fees.gateway_fee.wrapping_sub(reward.map_or(0, KeeperReward::amount));
        if let (1.., Some(account)) = (kept, &self.gateway_fee_account) {
            transfer.to(account, kept);
        }
        if let (1.., Some(account)) = (fees.protocol_fee, &self.protocol_fee_account) {
            transfer.to(account, fees.protocol_fee);
        }
        if let Some(reward) = reward {
            pay_one(&transfer, reward.account(), reward.amount());
        }
    }
}
