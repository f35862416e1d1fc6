use super::{check_program, Extensions, ACCOUNT_TYPE_MINT, BASE_ACCOUNT_LEN, BASE_MINT_LEN, TOKEN_2022_PROGRAM};
use crate::error::MilestoneError;
use anchor_lang::{pinocchio::account::AccountView, prelude::*};

/// A mint of either program that milestone payments support.
pub struct Mint {
    pub decimals: u8,
}

/// Token-2022's `ExtensionType` numbers that neither change what a transfer delivers nor who may move the tokens.
/// Everything else is refused, unknown ones included. (decision 0001)
const SUPPORTED: [u16; 10] = [
    3,  // MintCloseAuthority
    4,  // ConfidentialTransferMint: public transfers stay possible
    10, // InterestBearingConfig: display only
    18, // MetadataPointer
    19, // TokenMetadata
    20, // GroupPointer
    21, // TokenGroup
    22, // GroupMemberPointer
    23, // TokenGroupMember
    25, // ScaledUiAmount: display only
];
const DEFAULT_ACCOUNT_STATE: u16 = 6;
const STATE_INITIALIZED: u8 = 1;

impl Mint {
    /// Reads `view`, a mint of `token_program`. Errors: `InvalidTokenProgram`, `InvalidMint`, `UnsupportedMint`.
    #[inline(always)]
    pub fn load(view: &AccountView, token_program: &Address) -> Result<Self> {
        check_program(token_program)?;
        if !view.owned_by(token_program) {
            return Err(MilestoneError::InvalidTokenProgram.into());
        }
        // SAFETY: nothing in this program writes to mints, and no call it makes does.
        Ok(Self::parse(unsafe { view.borrow_unchecked() }, token_program)?)
    }

    #[inline(always)]
    fn parse(data: &[u8], token_program: &Address) -> core::result::Result<Self, MilestoneError> {
        // Decimals at 44, is_initialized at 45. (SPL Token, `Mint`)
        if data.len() < BASE_MINT_LEN || data[45] != 1 {
            return Err(MilestoneError::InvalidMint);
        }
        if data.len() != BASE_MINT_LEN {
            check_extensions(data, token_program)?;
        }
        Ok(Self { decimals: data[44] })
    }
}

#[inline(never)]
fn check_extensions(data: &[u8], token_program: &Address) -> core::result::Result<(), MilestoneError> {
    let is_mint = data.get(BASE_ACCOUNT_LEN) == Some(&ACCOUNT_TYPE_MINT)
        && anchor_lang::address_eq(token_program, &TOKEN_2022_PROGRAM);
    if !is_mint {
        return Err(MilestoneError::InvalidMint);
    }
    for extension in Extensions::new(data.get(BASE_ACCOUNT_LEN + 1..).unwrap_or_default()) {
        let is_supported = match extension {
            Some((DEFAULT_ACCOUNT_STATE, value)) => value.first() == Some(&STATE_INITIALIZED),
            Some((kind, _)) => SUPPORTED.contains(&kind),
            None => false,
        };
        if !is_supported {
            return Err(MilestoneError::UnsupportedMint);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TOKEN_PROGRAM;

    fn mint(extensions: &[(u16, &[u8])]) -> Vec<u8> {
        let mut data = vec![0u8; 82];
        data[44] = 6;
        data[45] = 1;
        if !extensions.is_empty() {
            data.resize(165, 0);
            data.push(1);
            for (kind, value) in extensions {
                data.extend(kind.to_le_bytes());
                data.extend((value.len() as u16).to_le_bytes());
                data.extend(*value);
            }
        }
        data
    }

    fn error(data: &[u8], program: &Address) -> Option<MilestoneError> {
        Mint::parse(data, program).err()
    }

    #[test]
    fn given_each_extension_number_then_only_the_listed_ones_pass() {
        let supported: Vec<u16> =
            (1..=u16::MAX).filter(|kind| error(&mint(&[(*kind, &[1, 0, 0])]), &TOKEN_2022_PROGRAM).is_none()).collect();
        assert_eq!(supported, [3, 4, 6, 10, 18, 19, 20, 21, 22, 23, 25]);
    }

    #[test]
    fn given_default_frozen_accounts_then_refused() {
        assert_eq!(error(&mint(&[(6, &[2])]), &TOKEN_2022_PROGRAM), Some(MilestoneError::UnsupportedMint));
        assert_eq!(error(&mint(&[(6, &[])]), &TOKEN_2022_PROGRAM), Some(MilestoneError::UnsupportedMint));
    }

    #[test]
    fn given_a_refused_extension_behind_a_supported_one_then_refused() {
        let data = mint(&[(18, &[0; 64]), (1, &[0; 108])]);
        assert_eq!(error(&data, &TOKEN_2022_PROGRAM), Some(MilestoneError::UnsupportedMint));
    }

    #[test]
    fn given_truncated_or_foreign_bytes_then_refused_without_a_panic() {
        assert_eq!(Mint::parse(&mint(&[]), &TOKEN_PROGRAM).unwrap().decimals, 6);
        let full = mint(&[(18, &[0; 64]), (3, &[0; 32])]);
        for len in 0..full.len() {
            let result = Mint::parse(&full[..len], &TOKEN_2022_PROGRAM);
            let is_boundary = matches!(len, 82 | 166 | 167 | 234 | 235);
            assert_eq!(result.is_ok(), is_boundary, "length {len}");
        }
        assert_eq!(error(&full, &TOKEN_PROGRAM), Some(MilestoneError::InvalidMint));
        assert_eq!(error(&[0; 82], &TOKEN_PROGRAM), Some(MilestoneError::InvalidMint));
    }
}
