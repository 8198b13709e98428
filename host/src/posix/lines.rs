//! Operations on each byte of a buffer. They make no system calls and know nothing about logs.
//!
//! Measured in memory with lines of 100 bytes, in MB/s, in the engine (with its native indexOf and
//! set) and here: 26 bytes put before each line, 300 and 12,000; three patterns, 55 and 5,600;
//! bytes replaced by a table, 19 and 5,400.

use super::patterns::{Rules, memchr};
use crate::bytes::{ByteString, uint8_array_memory};
use crate::numbers::Int;
use crate::objects::{array, number};
use alloc::vec::Vec;
use core::mem::offset_of;
use rquickjs::{ArrayBuffer, Ctx, Exception, Result, Value};

/// Replaces each byte of `bytes[start..end]` by its entry in `table`, which has 256 bytes.
pub fn translate<'js>(
    ctx: &Ctx<'js>,
    bytes: Value<'js>,
    start: Int<u32>,
    end: Int<u32>,
    table: Value<'js>,
) -> Result<()> {
    let (table, table_length) = uint8_array_memory(ctx, &table)?;
    let (memory, length) = uint8_array_memory(ctx, &bytes)?;
    let (start, end) = (start.0 as usize, end.0 as usize);
    if table_length != 256 || start > end || end > length {
        return Err(Exception::throw_range(ctx, "not within the bytes"));
    }
    // SAFETY: the table has 256 bytes. They are copied, because it may share memory with `bytes`.
    let table: [u8; 256] = unsafe { table.cast::<[u8; 256]>().read() };
    // SAFETY: within the array, as was checked; no JavaScript runs until this returns.
    let bytes = unsafe { core::slice::from_raw_parts_mut(memory.add(start), end - start) };
    for byte in bytes {
        *byte = table[usize::from(*byte)];
    }
    Ok(())
}

/// The decimal numbers from `text[start]` on that single blanks separate, at most `count`.
pub fn numbers<'js>(
    ctx: &Ctx<'js>,
    text: ByteString<'js>,
    start: Int<u32>,
    count: Int<u32>,
) -> Result<Value<'js>> {
    let rest = text.as_bytes().get(start.0 as usize..).unwrap_or_default();
    let values: Vec<_> = rest
        .split(|&byte| byte == b' ' || byte == b'\n')
        .map_while(|word| str::from_utf8(word).ok()?.parse::<i64>().ok())
        .take(count.0 as usize)
        .map(|value| number(ctx, value as f64))
        .collect();
    array(ctx, &values)
}

/// Why [`copy`] returned.
#[derive(Clone, Copy)]
enum Outcome {
    Done = 0,
    Full = 1,
    Selected = 2,
}

/// The modes: how [`copy`] handles a selected line.
const WHOLE: u32 = 0;
const EXCERPT: u32 = 1;
const STOP: u32 = 2;
/// The end of an excerpt of a line that has the maximum length of excerpts.
const ELLIPSIS: &[u8] = b"...\n";

/// The caller's request, and the progress of [`copy`].
#[repr(C)]
#[derive(Clone, Copy)]
struct Cursor {
    at: u32,
    end: u32,
    out: u32,
    limit: u32,
    mode: u32,
    line_end: u32,
}

/// The constants above under their names in base/copy-lines.ts, which documents them;
/// tests/surface.rs compares them.
pub const COPY_LINES: [(&str, &[(&str, usize)]); 3] = [
    (
        "WORD",
        &[
            ("at", offset_of!(Cursor, at) / size_of::<u32>()),
            ("end", offset_of!(Cursor, end) / size_of::<u32>()),
            ("out", offset_of!(Cursor, out) / size_of::<u32>()),
            ("limit", offset_of!(Cursor, limit) / size_of::<u32>()),
            ("mode", offset_of!(Cursor, mode) / size_of::<u32>()),
            ("lineEnd", offset_of!(Cursor, line_end) / size_of::<u32>()),
        ],
    ),
    (
        "MODE",
        &[
            ("whole", WHOLE as usize),
            ("excerpt", EXCERPT as usize),
            ("stop", STOP as usize),
        ],
    ),
    (
        "RESULT",
        &[
            ("done", Outcome::Done as usize),
            ("full", Outcome::Full as usize),
            ("selected", Outcome::Selected as usize),
        ],
    ),
];

/// Copies the lines of `from` that `rules` select to `to`, each after `prefix`.
pub fn copy<'js>(
    ctx: &Ctx<'js>,
    cursor: ArrayBuffer<'js>,
    from: Value<'js>,
    to: Value<'js>,
    prefix: Value<'js>,
    rules: Value<'js>,
) -> Result<u32> {
    let (from, from_length) = uint8_array_memory(ctx, &from)?;
    let (to, to_length) = uint8_array_memory(ctx, &to)?;
    let (prefix, prefix_length) = uint8_array_memory(ctx, &prefix)?;
    let (rules, rules_length) = uint8_array_memory(ctx, &rules)?;
    let Some(cursor) = cursor.as_raw() else {
        return Err(Exception::throw_type(ctx, "a buffer was taken away"));
    };
    let cursor_memory = cursor.cast::<Cursor>();
    if cursor.len() < size_of::<Cursor>() || !cursor_memory.is_aligned() {
        return Err(out_of_range(ctx));
    }
    // SAFETY: aligned and long enough, as was checked; any bytes are a valid cursor.
    let mut cursor = unsafe { cursor_memory.read() };
    let (end, mut at, mut out) = (cursor.end as usize, cursor.at as usize, cursor.out as usize);
    if end > from_length || at > end || out > to_length {
        return Err(out_of_range(ctx));
    }
    // SAFETY: the memory of live arrays, which stay as they are, because no JavaScript runs until
    // this returns. After this only `to` and the cursor are written. The caller passes other arrays
    // for these two; if it does not, the result is wrong, but memory is safe.
    let (text, prefix, rules) = unsafe {
        (
            core::slice::from_raw_parts(from.cast_const(), end),
            core::slice::from_raw_parts(prefix.cast_const(), prefix_length),
            core::slice::from_raw_parts(rules.cast_const(), rules_length),
        )
    };
    let Some(rules) = Rules::new(rules) else {
        return Err(out_of_range(ctx));
    };
    let limit = cursor.limit as usize;
    let selects_all = rules.is_empty();
    let excerpt_bytes = if cursor.mode == EXCERPT {
        limit
    } else {
        usize::MAX
    };
    let outcome = loop {
        let Some(length) = memchr(b'\n', &text[at..]) else {
            break Outcome::Done;
        };
        let next = at + length + 1;
        if selects_all || rules.select(&text[at..at + length.min(limit)]) {
            if cursor.mode == STOP {
                cursor.line_end = next as u32;
                break Outcome::Selected;
            }
            let (line, tail) = if length >= excerpt_bytes {
                (&text[at..at + limit], ELLIPSIS)
            } else {
                (&text[at..next], &ELLIPSIS[..0])
            };
            let copied = prefix.len() + line.len();
            if to_length - out < copied + tail.len() {
                break Outcome::Full;
            }
            // SAFETY: there is room for all three, as was just checked.
            unsafe {
                let to = to.add(out);
                to.copy_from(prefix.as_ptr(), prefix.len());
                to.add(prefix.len()).copy_from(line.as_ptr(), line.len());
                if !tail.is_empty() {
                    to.add(copied).copy_from(tail.as_ptr(), tail.len());
                }
            }
            out += copied + tail.len();
        }
        at = next;
    };
    (cursor.at, cursor.out) = (at as u32, out as u32);
    // SAFETY: aligned and long enough, as was checked.
    unsafe { cursor_memory.write(cursor) };
    Ok(outcome as u32)
}

/// Whether `rules` select the line `bytes[start..end]`.
pub fn selects<'js>(
    ctx: &Ctx<'js>,
    rules: Value<'js>,
    bytes: Value<'js>,
    start: Int<u32>,
    end: Int<u32>,
) -> Result<bool> {
    let (rules, rules_length) = uint8_array_memory(ctx, &rules)?;
    let (memory, length) = uint8_array_memory(ctx, &bytes)?;
    let (start, end) = (start.0 as usize, end.0 as usize);
    // SAFETY: the memory of live arrays. Nothing is written, and no JavaScript runs until this
    // returns.
    let (rules, bytes) = unsafe {
        (
            core::slice::from_raw_parts(rules.cast_const(), rules_length),
            core::slice::from_raw_parts(memory.cast_const(), length),
        )
    };
    match (Rules::new(rules), bytes.get(start..end)) {
        (Some(rules), Some(line)) => Ok(rules.select(line)),
        _ => Err(out_of_range(ctx)),
    }
}

fn out_of_range(ctx: &Ctx<'_>) -> rquickjs::Error {
    Exception::throw_range(ctx, "not within the bytes")
}
