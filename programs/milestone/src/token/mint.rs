use super::{
    check_program, Extensions, ACCOUNT_TYPE_MINT, BASE_ACCOUNT_LEN, BASE_MINT_LEN, MULTISIG_LEN, TOKEN_2022_PROGRAM,
};
use crate::error::{refuse, MilestoneError};
use anchor_lang::{address_eq, pinocchio::account::AccountView, prelude::*};

/// A supported mint of either token program.
pub struct Mint {
    pub decimals: u8,
}

/// Token-2022's `ExtensionType` numbers that neither change what a transfer delivers nor who may move the tokens.
/// Everything else is refused, unknown ones included. (decision 0001)
const SUPPORTED: [u16; 11] = [
    3,  // MintCloseAuthority
    4,  // ConfidentialTransferMint: public transfers stay possible
    6,  // DefaultAccountState: concerns accounts that do not exist yet; refused at creation while it says frozen
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
    /// Checks the mint like `load`, and that its new accounts are not frozen. The freeze authority can change that later, which
    /// affects no existing account and must not stop a release. Errors: those of `load`.
    #[inline(never)]
    pub fn load_for_creation(view: &AccountView, token_program: &Address) -> Result<()> {
        Self::load_shared(view, token_program)?;
        // SAFETY: as in `load`.
        let data = unsafe { view.borrow_unchecked() };
        if is_default_frozen(data) {
            return Err(refuse(MilestoneError::UnsupportedMint));
        }
        Ok(())
    }

    /// Reads the mint like `load`, out of line: for callers where size matters more than a few compute units.
    #[inline(never)]
    pub fn load_shared(view: &AccountView, token_program: &Address) -> Result<Self> {
        Self::load(view, token_program)
    }

    /// Returns the decimals of an initialized mint with any extensions: for money that goes back to its owner. Errors: `InvalidMint`.
    pub fn decimals_of(view: &AccountView, token_program: &Address) -> Result<u8> {
        // SAFETY: as in `load`.
        let data = unsafe { view.borrow_unchecked() };
        if !address_eq(view.owner(), token_program) || data.len() < BASE_MINT_LEN || data[45] != 1 {
            return Err(refuse(MilestoneError::InvalidMint));
        }
        Ok(data[44])
    }

    /// Reads `view`, a mint of `token_program`. Errors: `InvalidTokenProgram`, `InvalidMint`, `UnsupportedMint`.
    #[inline(always)]
    pub fn load(view: &AccountView, token_program: &Address) -> Result<Self> {
        check_program(token_program)?;
        if !address_eq(view.owner(), token_program) {
            return Err(refuse(MilestoneError::InvalidTokenProgram));
        }
        // SAFETY: neither this program nor its calls write to mints.
        let data = unsafe { view.borrow_unchecked() };
        if let Some(fault) = Self::fault(data, token_program) {
            return Err(refuse(fault));
        }
        Ok(Self { decimals: data[44] })
    }

    /// Returns whether `view`, an account of either token program, is a mint, supported or not.
    pub fn is_mint(view: &AccountView) -> bool {
        // SAFETY: as in `load`.
        let fault = Self::fault(unsafe { view.borrow_unchecked() }, view.owner());
        matches!(fault, None | Some(MilestoneError::UnsupportedMint))
    }

    /// Returns why `data` is not a supported mint: `InvalidMint` or `UnsupportedMint`.
    #[inline(always)]
    fn fault(data: &[u8], token_program: &Address) -> Option<MilestoneError> {
        // Decimals at 44, is_initialized at 45. (SPL Token, `Mint`)
        if data.len() < BASE_MINT_LEN || data[45] != 1 {
            return Some(MilestoneError::InvalidMint);
        }
        if data.len() == BASE_MINT_LEN {
            return None;
        }
        check_extensions(data, token_program).err()
    }
}

#[inline(never)]
fn check_extensions(data: &[u8], token_program: &Address) -> core::result::Result<(), MilestoneError> {
    let is_mint = data.len() != MULTISIG_LEN
        && data.get(BASE_ACCOUNT_LEN) == Some(&ACCOUNT_TYPE_MINT)
        && anchor_lang::address_eq(token_program, &TOKEN_2022_PROGRAM);
    if !is_mint {
        return Err(MilestoneError::InvalidMint);
    }
    for extension in extensions(data) {
        if !extension.is_some_and(|(kind, _)| SUPPORTED.contains(&kind)) {
            return Err(MilestoneError::UnsupportedMint);
        }
    }
    Ok(())
}

fn extensions(data: &[u8]) -> Extensions<'_> {
    Extensions::new(data.get(BASE_ACCOUNT_LEN + 1..).unwrap_or_default())
}

/// Returns whether new accounts of the mint start in any other state than initialized.
fn is_default_frozen(data: &[u8]) -> bool {
    extensions(data)
        .flatten()
        .any(|(kind, value)| kind == DEFAULT_ACCOUNT_STATE && value.first() != Some(&STATE_INITIALIZED))
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
        Mint::fault(data, program)
    }

    #[test]
    fn given_each_extension_number_then_only_the_listed_ones_pass() {
        let supported: Vec<u16> =
            (1..=u16::MAX).filter(|kind| error(&mint(&[(*kind, &[1, 0, 0])]), &TOKEN_2022_PROGRAM).is_none()).collect();
        assert_eq!(supported, [3, 4, 6, 10, 18, 19, 20, 21, 22, 23, 25]);
    }

    #[test]
    fn given_a_default_account_state_then_only_initialized_may_create() {
        for (value, is_frozen) in [(&[2u8][..], true), (&[0], true), (&[], true), (&[1], false)] {
            let data = mint(&[(18, &[0; 64]), (6, value)]);
            assert_eq!(is_default_frozen(&data), is_frozen, "{value:?}");
            assert_eq!(error(&data, &TOKEN_2022_PROGRAM), None, "a release goes on: {value:?}");
        }
        assert!(!is_default_frozen(&mint(&[])));
    }

    #[test]
    fn given_a_refused_extension_behind_a_supported_one_then_refused() {
        let data = mint(&[(18, &[0; 64]), (1, &[0; 108])]);
        assert_eq!(error(&data, &TOKEN_2022_PROGRAM), Some(MilestoneError::UnsupportedMint));
    }

    #[test]
    fn given_truncated_or_foreign_bytes_then_refused_without_a_panic() {
        assert_eq!(Mint::fault(&mint(&[]), &TOKEN_PROGRAM), None);
        let full = mint(&[(18, &[0; 64]), (3, &[0; 32])]);
        for len in 0..full.len() {
            let fault = Mint::fault(&full[..len], &TOKEN_2022_PROGRAM);
            let is_boundary = matches!(len, 82 | 166 | 167 | 234 | 235);
            assert_eq!(fault.is_none(), is_boundary, "length {len}");
        }
        assert_eq!(error(&full, &TOKEN_PROGRAM), Some(MilestoneError::InvalidMint));
        assert_eq!(error(&[0; 82], &TOKEN_PROGRAM), Some(MilestoneError::InvalidMint));
    }
}
