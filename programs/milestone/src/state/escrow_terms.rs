use anchor_lang::{
    prelude::*,
    wincode::{
        config::{ConfigCore, ZeroCopy},
        io::{Reader, Writer},
        ReadResult, SchemaRead, SchemaWrite, TypeMeta, WriteResult,
    },
};
use bytemuck::{Pod, Zeroable};
use core::mem::MaybeUninit;

/// The terms that both parties sign, besides the mediator: arguments of `open_escrow` and `accept_escrow`, and part of the `Escrow`.
/// The IDL lists the fields one by one in each of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Pod, Zeroable, IdlType)]
#[repr(C)]
pub struct EscrowTerms {
    /// Silence after which a submission counts as approved: 1 second to 365 days.
    pub review_period_secs: PodU32,
    /// How long after a submission the owner may dispute it: 1 second to the review period.
    pub dispute_window_secs: PodU32,
    /// From a dispute until mediation starts without a request: up to 365 days.
    pub mediation_delay_secs: PodU32,
    /// From the start of mediation until anyone may pay out the agreed split: 1 second to 365 days.
    pub mediation_timeout_secs: PodU32,
    /// From the due date until the owner may reclaim what was not submitted: 1 second to 365 days.
    pub delivery_grace_secs: PodU32,
    /// The recipient's share when the mediation times out: 0..=10,000.
    pub timeout_recipient_bps: PodU16,
    /// What the owner pays the gateway on top of each milestone: 0..=1,000.
    pub platform_fee_bps: PodU16,
}

const _: () = assert!(core::mem::size_of::<EscrowTerms>() == EscrowTerms::LEN);

impl EscrowTerms {
    const LEN: usize = 24;
}

// SAFETY: `Pod` and of alignment 1, so any `LEN` bytes are valid terms. They are what Borsh writes for the fields one after
// another, so the instruction data is read in place.
unsafe impl<C: ConfigCore> ZeroCopy<C> for EscrowTerms {}

// SAFETY: reads `LEN` bytes.
unsafe impl<'de, C: ConfigCore> SchemaRead<'de, C> for EscrowTerms {
    type Dst = Self;
    const TYPE_META: TypeMeta = TypeMeta::Static { size: Self::LEN, zero_copy: true };

    fn read(reader: impl Reader<'de>, dst: &mut MaybeUninit<Self>) -> ReadResult<()> {
        dst.write(bytemuck::cast(<[u8; Self::LEN] as SchemaRead<'de, C>>::get(reader)?));
        Ok(())
    }
}

// SAFETY: writes `LEN` bytes.
unsafe impl<C: ConfigCore> SchemaWrite<C> for EscrowTerms {
    type Src = Self;
    const TYPE_META: TypeMeta = TypeMeta::Static { size: Self::LEN, zero_copy: true };

    fn size_of(_: &Self) -> WriteResult<usize> {
        Ok(Self::LEN)
    }

    fn write(writer: impl Writer, terms: &Self) -> WriteResult<()> {
        <[u8; Self::LEN] as SchemaWrite<C>>::write(writer, &bytemuck::cast(*terms))
    }
}
