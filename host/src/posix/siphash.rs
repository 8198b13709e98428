//! SipHash-2-4, a message authentication code for short texts.
//!
//! In the engine, a text of 250 bytes would take a tenth of the start of a service.

use crate::bytes::ByteString;
use alloc::format;
use alloc::string::String;
use core::hash::Hasher;
use rquickjs::{Ctx, Exception, Result};

const KEY_BYTES: usize = 16;

/// The code of `text` under `key`, as 16 hexadecimal digits.
///
/// # Errors
/// `RangeError`: the key does not have 16 bytes.
///
/// # References
/// J.-P. Aumasson, D. J. Bernstein: SipHash: a fast short-input PRF, 2012.
#[expect(
    deprecated,
    reason = "std's successor promises no algorithm; this one is SipHash-2-4 for ever"
)]
pub fn siphash(ctx: &Ctx<'_>, key: ByteString<'_>, text: ByteString<'_>) -> Result<String> {
    let Ok(key) = <[u8; KEY_BYTES]>::try_from(key.as_bytes()) else {
        return Err(Exception::throw_range(ctx, "not a key of 16 bytes"));
    };
    let half = |at: usize| {
        key[at..at + 8]
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte))
    };
    let mut hasher = core::hash::SipHasher::new_with_keys(half(0), half(8));
    hasher.write(text.as_bytes());
    Ok(format!("{:016x}", hasher.finish()))
}
