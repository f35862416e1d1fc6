//! One event per transition, each with everything that is needed to rebuild the bytes of the accounts it changed.
//! Events are packed and of fixed size: the log line holds the discriminator and the struct's bytes, which read as Borsh.

mod config;
mod escrow;
mod gateway;
mod policy;

pub use {config::*, escrow::*, gateway::*, policy::*};

use anchor_lang::prelude::*;

/// An event as it is logged.
#[repr(C)]
pub struct Entry<E> {
    pub discriminator: [u8; 8],
    pub event: E,
}

impl<E: bytemuck::Pod + Discriminator> Entry<E> {
    pub const DISCRIMINATOR: [u8; 8] = {
        assert!(core::mem::align_of::<E>() == 1);
        let [a, b, c, d, e, f, g, h] = E::DISCRIMINATOR else { panic!("an event's discriminator has eight bytes") };
        [*a, *b, *c, *d, *e, *f, *g, *h]
    };

    #[inline(always)]
    pub fn blank() -> Self {
        Self { discriminator: Self::DISCRIMINATOR, event: E::zeroed() }
    }

    #[inline(always)]
    pub fn log(&self) {
        // SAFETY: both fields have alignment 1, so `Entry` has no padding and every byte is initialized.
        let bytes =
            unsafe { core::slice::from_raw_parts(self as *const Self as *const u8, core::mem::size_of::<Self>()) };
        sol_log_data(&[bytes]);
    }
}

/// Logs an event as one `Program data:` entry, from the stack: Anchor's `emit!` copies into a heap vector first. Each field is
/// written where it is logged; the pattern makes the compiler refuse an event that lacks one.
macro_rules! emit_event {
    ($name:ident { $($field:ident $(: $value:expr)?),* $(,)? }) => {{
        let mut entry = $crate::events::Entry::<$name>::blank();
        let $name { $($field: _),* } = &entry.event;
        $(entry.event.$field = $crate::events::emit_event!(@ $field $($value)?);)*
        entry.log();
    }};
    (@ $field:ident) => { $field };
    (@ $field:ident $value:expr) => { $value };
}
pub(crate) use emit_event;

/// Logs an event that was built before the account it speaks of was closed.
#[inline(always)]
pub fn log_event<E: bytemuck::Pod + Discriminator>(event: E) {
    Entry { discriminator: Entry::<E>::DISCRIMINATOR, event }.log();
}
