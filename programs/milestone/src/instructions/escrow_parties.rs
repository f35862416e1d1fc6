//! The accounts of instructions in which one party changes an escrow's state and no money moves.

use super::{same, Loaded};
use crate::{
    error::MilestoneError,
    state::{Escrow, PaymentPolicy, UserPayment},
};
use anchor_lang::prelude::*;

/// `accept_escrow`, `submit_milestone`.
#[derive(Accounts)]
pub struct RecipientOfEscrow {
    #[account(constraint = same(recipient.address(), &policy.recipient) @ MilestoneError::InvalidRecipient)]
    pub recipient: Signer,
    pub policy: Loaded<PaymentPolicy>,
    #[account(mut, constraint = same(&escrow.policy, policy.address()) @ MilestoneError::InvalidEscrow)]
    pub escrow: Loaded<Escrow>,
}

/// `dispute_milestone`, `withdraw_dispute`.
#[derive(Accounts)]
pub struct OwnerOfEscrow {
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    pub user_payment: Loaded<UserPayment>,
    #[account(
        constraint = same(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
    )]
    pub policy: Loaded<PaymentPolicy>,
    #[account(mut, constraint = same(&escrow.policy, policy.address()) @ MilestoneError::InvalidEscrow)]
    pub escrow: Loaded<Escrow>,
}
