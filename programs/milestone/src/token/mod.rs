//! SPL Token and Token-2022: read-only views of their accounts, and the calls this program makes.

mod account;
mod cpi;
mod mint;
mod transfers;

use cpi::TRANSFER_CHECKED;
pub use {
    account::TokenAccount,
    cpi::*,
    mint::Mint,
    transfers::{transfer, Source, Transfers},
};

use crate::error::{refuse, MilestoneError};
use anchor_lang::prelude::*;

pub const TOKEN_PROGRAM: Address = anchor_lang::address!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
pub const TOKEN_2022_PROGRAM: Address = anchor_lang::address!("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");

/// Length of a token account without extensions; the account-type byte of Token-2022 follows it.
const BASE_ACCOUNT_LEN: usize = 165;
/// Length of a mint without extensions.
const BASE_MINT_LEN: usize = 82;
/// Length of a multisig, whose bytes may look like a mint's or an account's; no Token-2022 mint or account has this length.
const MULTISIG_LEN: usize = 355;
/// `AccountType` of Token-2022, at offset 165.
const ACCOUNT_TYPE_MINT: u8 = 1;
const ACCOUNT_TYPE_ACCOUNT: u8 = 2;

/// Returns whether `program` is one of the two token programs.
#[inline(always)]
pub fn is_program(program: &Address) -> bool {
    anchor_lang::address_eq(program, &TOKEN_PROGRAM) || anchor_lang::address_eq(program, &TOKEN_2022_PROGRAM)
}

/// Checks that `program` is one of the two token programs. Errors: `InvalidTokenProgram`.
#[inline(always)]
pub fn check_program(program: &Address) -> Result<()> {
    if !is_program(program) {
        return Err(refuse(MilestoneError::InvalidTokenProgram));
    }
    Ok(())
}

/// Reads eight bytes at `offset` as a little-endian number. The caller has checked the length.
#[inline(always)]
fn read_u64(data: &[u8], offset: usize) -> u64 {
    let mut bytes = [0u8; 8];
    bytes.copy_from_slice(&data[offset..offset + 8]);
    u64::from_le_bytes(bytes)
}

/// Iterates over Token-2022 extensions in `tlv`: type (u16 LE), length (u16 LE), value. Ends at type 0 or at the end;
/// a truncated entry yields `None` as its type, once.
pub(crate) struct Extensions<'a> {
    tlv: &'a [u8],
}

impl<'a> Extensions<'a> {
    pub(crate) fn new(tlv: &'a [u8]) -> Self {
        Self { tlv }
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = Option<(u16, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        let [a, b, rest @ ..] = self.tlv else { return None };
        let kind = u16::from_le_bytes([*a, *b]);
        if kind == 0 {
            self.tlv = &[];
            return None;
        }
        let entry = match rest {
            [c, d, value @ ..] => value.split_at_checked(u16::from_le_bytes([*c, *d]) as usize),
            _ => None,
        };
        match entry {
            Some((value, tail)) => {
                self.tlv = tail;
                Some(Some((kind, value)))
            }
            None => {
                self.tlv = &[];
                Some(None)
            }
        }
    }
}
