//! Byte strings: converts between the system's bytes and JavaScript strings with one byte per
//! character.
//!
//! The engine takes and returns UTF-8. Pure ASCII is the same in both, and is the fast path; a byte
//! from 0x80 on is two bytes of UTF-8, C2 or C3 first, which this module widens and narrows.

use crate::intrinsics::need_typed_arrays;
use alloc::ffi::CString;
use alloc::vec::Vec;
use core::ffi::CStr;
use rquickjs::{CString as JsCString, Ctx, Exception, FromJs, IntoJs, Result, String, Value, qjs};

/// Bytes to be passed to JavaScript as a string.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'js> IntoJs<'js> for Bytes<'_> {
    fn into_js(self, ctx: &Ctx<'js>) -> Result<Value<'js>> {
        if let Some(text) = self
            .0
            .is_ascii()
            .then(|| str::from_utf8(self.0).ok())
            .flatten()
        {
            return Ok(String::from_str(ctx.clone(), text)?.into_value());
        }
        let text: alloc::string::String = self.0.iter().copied().map(char::from).collect();
        Ok(String::from_str(ctx.clone(), &text)?.into_value())
    }
}

/// A string from JavaScript as bytes; NUL is allowed.
pub struct ByteString<'js>(Narrowed<'js>);

enum Narrowed<'js> {
    /// The engine's own memory: its UTF-8 equals the bytes.
    Ascii(JsCString<'js>),
    Copied(Vec<u8>),
}

impl ByteString<'_> {
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Narrowed::Ascii(text) => text.as_str().as_bytes(),
            Narrowed::Copied(bytes) => bytes,
        }
    }
}

impl<'js> FromJs<'js> for ByteString<'js> {
    /// # Errors
    /// `TypeError` if the value is not a string; `RangeError` for a character above U+00FF.
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let Some(string) = value.into_string() else {
            return Err(Exception::throw_type(ctx, "not a string"));
        };
        let text = string.to_cstring()?;
        // As bytes, because a lone surrogate comes as three bytes that no `str` may hold.
        let utf8 = text.as_str().as_bytes();
        if utf8.is_ascii() {
            return Ok(ByteString(Narrowed::Ascii(text)));
        }
        let mut bytes = Vec::with_capacity(utf8.len());
        let mut rest = utf8.iter();
        while let Some(&byte) = rest.next() {
            match byte {
                0..=0x7f => bytes.push(byte),
                0xc2 | 0xc3 => {
                    let low = rest.next().copied().unwrap_or(0x80);
                    bytes.push((byte << 6) | (low & 0x3f));
                }
                _ => {
                    let why = "a character above U+00FF in a byte string";
                    return Err(Exception::throw_range(ctx, why));
                }
            }
        }
        Ok(ByteString(Narrowed::Copied(bytes)))
    }
}

/// A string from JavaScript that goes to a call as a C string: a path, a name or an argument.
#[derive(Clone, Debug)]
pub struct Name(pub CString);

impl Name {
    pub fn as_ptr(&self) -> *const libc::c_char {
        self.0.as_ptr()
    }

    pub fn as_c_str(&self) -> &CStr {
        &self.0
    }
}

impl<'js> FromJs<'js> for Name {
    /// # Errors
    /// As for [`ByteString`]; `RangeError` for a NUL as well.
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let bytes = ByteString::from_js(ctx, value)?;
        match CString::new(bytes.as_bytes()) {
            Ok(name) => Ok(Name(name)),
            Err(_) => Err(Exception::throw_range(ctx, "a NUL in a name")),
        }
    }
}

/// A new `Uint8Array` with a copy of the bytes.
pub fn new_uint8_array<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<Value<'js>> {
    need_typed_arrays(ctx)?;
    // SAFETY: the context is live; the engine copies the bytes before it returns, and we own the
    // value that it returns.
    unsafe {
        let length = bytes.len() as qjs::size_t;
        let array = qjs::JS_NewUint8ArrayCopy(ctx.as_raw().as_ptr(), bytes.as_ptr(), length);
        if qjs::JS_IsException(array) {
            return Err(rquickjs::Error::Exception);
        }
        Ok(Value::from_raw(ctx.clone(), array))
    }
}

/// The memory of a `Uint8Array`, valid as long as no JavaScript runs.
///
/// # Errors
/// `TypeError` for any other value, and for an array with a detached buffer.
pub fn uint8_array_memory(ctx: &Ctx<'_>, value: &Value<'_>) -> Result<(*mut u8, usize)> {
    let mut length: qjs::size_t = 0;
    // SAFETY: the engine checks the value, and throws if it is not a Uint8Array.
    let memory =
        unsafe { qjs::JS_GetUint8Array(ctx.as_raw().as_ptr(), &raw mut length, value.as_raw()) };
    match (memory.is_null(), ctx.has_exception()) {
        (_, true) => Err(rquickjs::Error::Exception),
        // An empty array may have a null pointer.
        (true, false) => Ok((core::ptr::dangling_mut(), 0)),
        (false, false) => Ok((memory, length as usize)),
    }
}

/// Bytes from JavaScript, either as a `Uint8Array` or as a byte string.
pub enum Chunk<'js> {
    Array(Value<'js>),
    String(ByteString<'js>),
}

impl<'js> FromJs<'js> for Chunk<'js> {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        if value.is_string() {
            return ByteString::from_js(ctx, value).map(Chunk::String);
        }
        uint8_array_memory(ctx, &value)?;
        Ok(Chunk::Array(value))
    }
}

impl Chunk<'_> {
    /// The address of the bytes, valid as long as no JavaScript runs.
    pub fn memory(&self, ctx: &Ctx<'_>) -> Result<(*const u8, usize)> {
        match self {
            Chunk::Array(array) => {
                uint8_array_memory(ctx, array).map(|(memory, length)| (memory.cast_const(), length))
            }
            Chunk::String(string) => {
                let bytes = string.as_bytes();
                Ok((bytes.as_ptr(), bytes.len()))
            }
        }
    }
}
